/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "summary.h"

#include <fcntl.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/name.h"
#include "findings.h"

#define FINDINGS_MAX (1024 * 1024) /* bytes */

static void
tell_findings (const SutureStage *stage, SutureReport *report)
{
  g_autofree char *path = g_build_filename (stage->path, SUTURE_FINDINGS_FILE, NULL);
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, path, FINDINGS_MAX, NULL);
  g_autoptr (JsonNode) node = bytes != NULL ? suture_json_parse_object (bytes, FINDINGS_MAX, NULL) : NULL;
  g_autoptr (SutureFindings) findings = NULL;

  if (node == NULL)
    {
      suture_report_warn (report, "%s has no readable %s: it is not known what was found out about it", stage->name,
                          SUTURE_FINDINGS_FILE);
      return;
    }
  findings = suture_findings_from_json (json_node_get_object (node));
  for (guint i = 0; i < findings->warnings->len; i++)
    {
      g_autofree char *warning = suture_name_clean_text (g_ptr_array_index (findings->warnings, i), FINDINGS_MAX, FALSE);

      suture_report_warn (report, "%s: %s", stage->name, warning);
    }
}

/* It has lines of its own, which are not to be taken for those of the summary. */
static void
tell_description (const char *text, SutureReport *report)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    suture_report_say (report, "  | %s", lines[i]);
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
suture_summary_tell (const SutureStage *stage, SutureReport *report)
{
  static const char *const languages[] = { "en", NULL };
  const SutureManifest *manifest = stage->manifest;

  suture_report_say (report, "%s: %s, severity %s%s", stage->name, suture_manifest_text (manifest->title, languages),
                     manifest->severity, manifest->exploited ? ", being exploited" : "");
  tell_description (suture_manifest_text (manifest->description, languages), report);
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
}
