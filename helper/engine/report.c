/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/report.h"

#include "base/error.h"
#include "base/json.h"
#include "base/name.h"
#include "feed/folder.h"

#define FILE_NAME "report.json"
#define FILE_MAX (1024 * 1024) /* bytes */
#define WORD_MAX 128           /* bytes of a name, a version or a reason */
#define DETAIL_MAX 512         /* bytes of a path or a sentence */

static void
left_free (SutureReportLeft *self)
{
  g_free (self->component);
  g_free (self->installed);
  g_free (self->fixed);
  g_free (self->why);
  g_free (self->detail);
  g_free (self);
}

SutureReport *
suture_report_new_none (void)
{
  SutureReport *self = g_new0 (SutureReport, 1);

  self->left = g_ptr_array_new_with_free_func ((GDestroyNotify) left_free);
  return self;
}

void
suture_report_free (SutureReport *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->left);
  g_free (self);
}

static gboolean
read_text (JsonObject *object, const char *name, SutureJsonNeed need, gsize max_length, char **text, GError **error)
{
  const char *raw = "";

  if (!suture_json_read_string (object, name, need, &raw, error))
    return FALSE;
  *text = suture_name_clean_text (raw, max_length, FALSE);
  return TRUE;
}

static gboolean
add_left (SutureReport *self, JsonObject *object, GError **error)
{
  SutureReportLeft *left = g_new0 (SutureReportLeft, 1);

  g_ptr_array_add (self->left, left);
  return read_text (object, "component", SUTURE_JSON_REQUIRED, WORD_MAX, &left->component, error)
         && read_text (object, "installed", SUTURE_JSON_REQUIRED, WORD_MAX, &left->installed, error)
         && read_text (object, "fixed", SUTURE_JSON_REQUIRED, WORD_MAX, &left->fixed, error)
         && read_text (object, "why", SUTURE_JSON_REQUIRED, WORD_MAX, &left->why, error)
         && read_text (object, "detail", SUTURE_JSON_OPTIONAL, DETAIL_MAX, &left->detail, error);
}

static gboolean
parse (SutureReport *self, GBytes *bytes, GError **error)
{
  g_autoptr (JsonNode) node = suture_json_parse_object (bytes, FILE_MAX, error);
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;
  JsonObject *archive = NULL;
  JsonArray *left = NULL;

  if (object == NULL || !suture_json_read_object (object, "archive", SUTURE_JSON_OPTIONAL, &archive, error)
      || (archive != NULL
          && !suture_json_read_integer (archive, "date", SUTURE_JSON_OPTIONAL, 0, G_MAXINT64, &self->archive_time, error))
      || !suture_json_read_array (object, "left", SUTURE_JSON_OPTIONAL, &left, error))
    return FALSE;
  for (guint i = 0; left != NULL && i < MIN (json_array_get_length (left), SUTURE_REPORT_LEFT_MAX); i++)
    {
      JsonObject *element = suture_json_element_object (left, i, "left", error);

      if (element == NULL || !add_left (self, element, error))
        return FALSE;
    }
  return TRUE;
}

SutureReport *
suture_report_load (void)
{
  g_autoptr (SutureReport) self = suture_report_new_none ();
  g_autoptr (GError) error = NULL;
  g_auto (SutureFd) fd = suture_folder_open_state (FILE_NAME, &error);
  g_autoptr (GBytes) bytes = fd >= 0 ? suture_file_read_open (fd, FILE_NAME, FILE_MAX, &error) : NULL;

  if (bytes != NULL && parse (self, bytes, &error))
    return g_steal_pointer (&self);
  if (!g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    g_message ("what suture-local leaves to the system update is not known: %s", error->message);
  return suture_report_new_none ();
}
