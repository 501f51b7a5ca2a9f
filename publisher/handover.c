/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "handover.h"

#include "base/error.h"
#include "tree.h"
#include "within.h"

#define EDITION "edition"
#define FILE_MAX (64 * 1024 * 1024) /* bytes; the tool wrote it itself */

/* When a file's turn is: what others point to comes first. */
static int
rank (const char *name)
{
  if (g_str_equal (name, "timestamp.json"))
    return 2;
  return g_str_has_suffix (name, ".root.json") ? 1 : 0;
}

static int
compare_turns (gconstpointer a, gconstpointer b)
{
  const char *first = *(const char *const *) a;
  const char *second = *(const char *const *) b;

  return rank (first) != rank (second) ? rank (first) - rank (second) : strcmp (first, second);
}

static gboolean
serve (SutureDepot *depot, GPtrArray *names, GError **error)
{
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *from = g_build_filename (EDITION, name, NULL);
      g_autoptr (GBytes) bytes = suture_within_read (depot, from, FILE_MAX, error);

      if (bytes == NULL
          || !suture_within_write (depot, "repository/metadata", name, g_bytes_get_data (bytes, NULL),
                                   g_bytes_get_size (bytes), error))
        return FALSE;
    }
  return TRUE;
}

/* Into work/ first, so that nothing half removed is taken for one that was begun. */
static gboolean
put_away (SutureDepot *depot, const char *edition, GError **error)
{
  g_autofree char *work = suture_depot_work (depot, error);
  g_autofree char *to = work != NULL ? g_build_filename (work, EDITION, NULL) : NULL;

  if (work == NULL || !suture_depot_move (edition, to, error))
    return FALSE;
  suture_tree_remove (work);
  return TRUE;
}

gboolean
suture_handover_finish (SutureDepot *depot, GError **error)
{
  g_autofree char *edition = suture_depot_path (depot, EDITION, NULL);
  g_autoptr (GPtrArray) names = NULL;

  if (!g_file_test (edition, G_FILE_TEST_EXISTS))
    return TRUE;
  names = suture_depot_list (depot, EDITION, error);
  if (names != NULL)
    g_ptr_array_sort (names, compare_turns);
  if (names != NULL && serve (depot, names, error) && put_away (depot, edition, error))
    return TRUE;
  g_prefix_error (error, "all is signed, and the next command goes on with it, but it could not be served: ");
  return FALSE;
}

gboolean
suture_handover_write (SutureDepot *depot, GHashTable *files, GError **error)
{
  g_autofree char *work = suture_depot_work (depot, error);
  g_autofree char *edition = suture_depot_path (depot, EDITION, NULL);
  g_auto (SutureFd) folder = work != NULL ? suture_file_open_folder (work, 0, error) : -1;
  GHashTableIter iter;
  gpointer name, bytes;

  if (folder < 0)
    return FALSE;
  g_hash_table_iter_init (&iter, files);
  while (g_hash_table_iter_next (&iter, &name, &bytes))
    if (!suture_file_replace (folder, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0644, error))
      return FALSE;
  return suture_depot_move (work, edition, error) && suture_handover_finish (depot, error);
}
