/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "approval.h"

#include <fcntl.h>

#include "base/error.h"
#include "base/file.h"
#include "findings.h"

#define FINDINGS_MAX (1024 * 1024) /* bytes */

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
  return g_strcmp0 (text_of (stage->custom, "prepared"), "automatic") == 0 && text_of (stage->custom, "approved") == NULL;
}

void
suture_approval_note (JsonObject *custom, const char *name)
{
  json_object_set_string_member (custom, "prepared", "automatic");
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

static void
tell_findings (const SutureStage *stage, SutureReport *report)
{
  g_autofree char *path = g_build_filename (stage->path, SUTURE_FINDINGS_FILE, NULL);
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, FINDINGS_MAX, NULL);
  g_autofree char *text
      = bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;
  g_autoptr (JsonNode) node = text != NULL ? json_from_string (text, NULL) : NULL;
  g_autoptr (SutureFindings) findings = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      suture_report_warn (report, "%s has no readable %s: it is not known what was found out about it", stage->name,
                          SUTURE_FINDINGS_FILE);
      return;
    }
  findings = suture_findings_from_json (json_node_get_object (node));
  for (guint i = 0; i < findings->warnings->len; i++)
    suture_report_warn (report, "%s: %s", stage->name, (char *) g_ptr_array_index (findings->warnings, i));
}

static void
tell_files (const SutureManifest *manifest, SutureReport *report)
{
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const SutureManifestFile *file = g_ptr_array_index (manifest->files, i);
      gboolean is_new = TRUE;
      g_autofree char *path = g_strescape (file->path, NULL);

      for (guint b = 0; b < file->old->len; b++)
        is_new = is_new && g_ptr_array_index (file->old, b) == NULL;
      suture_report_say (report, "  %s %s, %s", is_new ? "new" : "replaced", path,
                         file->type == SUTURE_FILE_SYMLINK ? "a link" : "a file");
    }
}

static void
tell_bytes (const SutureManifest *manifest, SutureReport *report)
{
  for (guint i = 0; i < manifest->payloads->len; i++)
    {
      const SuturePayload *payload = g_ptr_array_index (manifest->payloads, i);
      const char *base = payload->base >= 0 ? g_ptr_array_index (manifest->bases, (guint) payload->base) : "everyone";

      suture_report_say (report, "  %" G_GUINT64_FORMAT " bytes to fetch for %s", payload->size, base);
    }
}

void
suture_approval_tell (const SutureStage *stage, SutureReport *report)
{
  static const char *const languages[] = { "en", NULL };
  const SutureManifest *manifest = stage->manifest;

  suture_report_say (report, "%s: %s, severity %s%s", stage->name, suture_manifest_text (manifest->title, languages),
                     manifest->severity, manifest->exploited ? ", being exploited" : "");
  suture_report_say (report, "%s", suture_manifest_text (manifest->description, languages));
  suture_report_say (report, "  leaves %s", manifest->result);
  for (guint b = 0; b < manifest->bases->len; b++)
    suture_report_say (report, "  in place of %s", (char *) g_ptr_array_index (manifest->bases, b));
  for (guint i = 0; i < manifest->vulnerabilities->len; i++)
    {
      GStrv flaw = g_ptr_array_index (manifest->vulnerabilities, i);

      suture_report_say (report, "  fixes %s %s", flaw[0], flaw[1]);
    }
  tell_files (manifest, report);
  tell_bytes (manifest, report);
  for (guint i = 0; i < manifest->restart->len; i++)
    suture_report_say (report, "  restarts %s", (char *) g_ptr_array_index (manifest->restart, i));
  tell_findings (stage, report);
  suture_report_list (report, "shown", stage->name);
}
