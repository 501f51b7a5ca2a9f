/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/set-up.h"

#include <fcntl.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "command.h"
#include "local/place.h"
#include "report.h"
#include "tree.h"

#define ROOT "repository/metadata/1.root.json"
#define TRUSTED "local.root.json"
#define ROOT_MAX (512 * 1024) /* bytes */

/* A publisher's folder as every other; its first root is trusted when an administrator turns the feed on. */
static gboolean
make_feed (const char *feed, GError **error)
{
  g_autoptr (SutureReport) report = suture_report_new (TRUE);
  char *const words[] = { (char *) "init", (char *) feed, (char *) "--name", (char *) "local", (char *) "--publisher",
                          (char *) "This computer", NULL };
  char *copy[G_N_ELEMENTS (words)];

  memcpy (copy, words, sizeof words);
  return suture_command_init (report, G_N_ELEMENTS (words) - 1, copy, error);
}

static gboolean
is_whole (const char *feed)
{
  static const char *const needed[] = { "keys/root.pem", "keys/targets.pem", "keys/snapshot.pem", "keys/timestamp.pem", ROOT,
                                        "repository/metadata/timestamp.json" };

  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      g_autofree char *path = g_build_filename (feed, needed[i], NULL);

      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return FALSE;
    }
  return TRUE;
}

gboolean
suture_set_up_run (GError **error)
{
  g_autofree char *feed = suture_place_feed ();

  if (is_whole (feed))
    return TRUE;
  suture_tree_remove (feed);
  return make_feed (feed, error);
}

gboolean
suture_set_up_is_trusted (GError **error)
{
  g_autofree char *feed = suture_place_feed ();
  g_autofree char *path = g_build_filename (feed, ROOT, NULL);
  g_autofree char *trusted = g_build_filename (suture_path (SUTURE_PATH_FEEDS_ADMIN), TRUSTED, NULL);
  g_autoptr (GBytes) theirs = suture_file_read (AT_FDCWD, trusted, ROOT_MAX, NULL);
  g_autoptr (GBytes) ours = theirs != NULL ? suture_file_read (AT_FDCWD, path, ROOT_MAX, error) : NULL;

  if (theirs == NULL)
    return TRUE;
  if (ours == NULL)
    return FALSE;
  if (g_bytes_equal (ours, theirs))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_SIGNATURE,
               "the keys that fixes are signed with on this computer were lost and made anew, and are not trusted yet: turn the "
               "local feed off and on again (\"suturectl feed local off\", then \"on\"). What is installed stays");
  return FALSE;
}
