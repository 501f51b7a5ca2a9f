/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/revive.h"

#include "base/file.h"
#include "base/paths.h"
#include "restart/restart.h"

#define RESTARTED "restarted" /* beside the lock, below /run/suture: forgotten at the next start */
#define LIST_MAX (64 * 1024)  /* bytes of unit names */

static int
open_folder (void)
{
  g_autofree char *run = g_path_get_dirname (suture_path (SUTURE_PATH_LOCK));
  g_autofree char *path = g_build_filename (run, RESTARTED, NULL);

  return suture_file_open_folder (path, 0700, NULL);
}

void
suture_revive_remember (const char *id, JsonArray *units)
{
  g_auto (SutureFd) folder = open_folder ();
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (units); i++)
    {
      JsonObject *unit = json_array_get_object_element (units, i);

      if (g_str_equal (json_object_get_string_member (unit, "id"), id)
          && g_str_equal (json_object_get_string_member (unit, "kind"), "unit")
          && !g_str_equal (json_object_get_string_member (unit, "outcome"), "owed"))
        g_string_append_printf (names, "%s\n", json_object_get_string_member (unit, "name"));
    }
  if (folder < 0 || !suture_file_replace (folder, id, names->str, names->len, 0600, NULL))
    g_warning ("could not remember what was restarted for %s", id);
}

void
suture_revive_run (const char *id)
{
  g_auto (SutureFd) folder = open_folder ();
  g_autoptr (GBytes) bytes = folder >= 0 ? suture_file_read (folder, id, LIST_MAX, NULL) : NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;

  if (bytes == NULL)
    return;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  names = g_strsplit (text, "\n", -1);
  suture_restart_start_failed ((const char *const *) names);
  (void) suture_file_remove (folder, id, NULL);
}
