/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/reply.h"

#include "base/error.h"
#include "base/frame.h"
#include "base/name.h"

#define TEXT_MAX 4096 /* bytes of a sentence: THREATS 31 */

void
suture_reply_progress (const SutureReply *self, const char *word)
{
  if (self->socket >= 0)
    (void) suture_frame_send (self->socket, "progress", word, strlen (word), -1, NULL);
}

void
suture_reply_result (const SutureReply *self, const GError *failure, JsonArray *active, JsonArray *units)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *result = json_object_new ();
  const char *name = "";
  /* a sentence may quote a file's name, which can be any bytes; JSON can't */
  g_autofree char *message = suture_name_clean_text (failure != NULL ? failure->message : "", TEXT_MAX, FALSE);
  g_autofree char *text = NULL;

  if (failure != NULL)
    name = suture_error_to_name (failure->domain == SUTURE_ERROR ? failure->code : SUTURE_ERROR_FAILED);
  json_object_set_string_member (result, "error", name);
  json_object_set_string_member (result, "message", message);
  json_object_set_array_member (result, "active", active);
  json_object_set_array_member (result, "units", units);
  json_node_take_object (node, result);
  text = json_to_string (node, FALSE);
  if (self->socket >= 0)
    (void) suture_frame_send (self->socket, "result", text, strlen (text), -1, NULL);
  else if (failure != NULL)
    g_printerr ("suture-activate: %s\n", failure->message);
}
