/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "approval.h"

#include "base/error.h"

static const char *
text_of (JsonObject *custom, const char *member)
{
  JsonNode *node = json_object_get_member (custom, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

gboolean
suture_approval_is_needed (const SutureStage *stage)
{
  return g_strcmp0 (text_of (stage->custom, "prepared"), SUTURE_STAGE_PREPARED) == 0;
}

void
suture_approval_note (JsonObject *custom, const char *name)
{
  json_object_set_string_member (custom, "prepared", SUTURE_STAGE_PREPARED);
  json_object_set_string_member (custom, "approved", name);
}

gboolean
suture_approval_check_name (const char *name, GError **error)
{
  gboolean good = g_utf8_validate (name, -1, NULL) && *name != '\0' && strlen (name) <= SUTURE_APPROVAL_NAME_MAX;

  for (const char *at = name; good && *at != '\0'; at = g_utf8_next_char (at))
    good = g_unichar_isprint (g_utf8_get_char (at));
  if (!good)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--name has to be 1 to %d bytes of text in one line",
                 SUTURE_APPROVAL_NAME_MAX);
  return good;
}
