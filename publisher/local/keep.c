/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/keep.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "feed/target.h"
#include "local/place.h"
#include "rights.h"
#include "session.h"
#include "tree.h"
#include "within.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DIR, closedir)

#define TARGETS "repository/targets"

/* Takes what is not named out of the draft; *@gone are the names of that. */
static void
drop (SutureSession *session, GHashTable *names, GPtrArray *stages, GPtrArray *gone)
{
  g_autoptr (GPtrArray) roles = suture_draft_roles (session->draft);

  for (guint i = 0; i < roles->len; i++)
    {
      JsonObject *body = suture_draft_get (session->draft, g_ptr_array_index (roles, i));
      g_autoptr (GList) paths = json_object_get_members (json_object_get_object_member (body, "targets"));

      for (GList *at = paths; at != NULL; at = at->next)
        {
          const char *path = at->data;
          g_autofree char *name = g_strndup (path, strlen (path) - strlen (".json"));
          gboolean staged = FALSE;

          for (guint s = 0; s < stages->len; s++)
            staged = staged || g_str_equal (((const SutureStage *) g_ptr_array_index (stages, s))->name, name);
          if (!staged && !g_hash_table_contains (names, name))
            g_ptr_array_add (gone, g_steal_pointer (&name));
        }
    }
  for (guint i = 0; i < gone->len; i++)
    suture_draft_remove (session->draft, g_ptr_array_index (gone, i));
}

/* What is published has to be served, and its manifest to be read: what it was checked with is not needed any more. */
static void
slim (SutureDepot *depot)
{
  static const char *const heavy[] = { "image.erofs", "base", "payloads" };
  g_autoptr (GPtrArray) published = suture_stage_list (depot, "published", NULL, NULL);

  for (guint i = 0; published != NULL && i < published->len; i++)
    for (gsize h = 0; h < G_N_ELEMENTS (heavy); h++)
      {
        g_autofree char *path
            = suture_depot_path (depot, "published", g_ptr_array_index (published, i), heavy[h], NULL);

        suture_tree_remove (path);
      }
}

/* Names of files that are served: "payloads/SHA256" and "ROLE/SHA256.ID.json". */
static GHashTable *
find_served (SutureRepository *repository, GError **error)
{
  g_autoptr (GHashTable) served = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) stages = suture_stage_open_all (repository->depot, "published", NULL, error);

  for (guint i = 0; stages != NULL && i < stages->len; i++)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i);
      g_autofree char *sha256
          = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, stage->json);

      g_hash_table_add (served, g_strdup_printf ("%s/%s.%s.json", stage->role, sha256, stage->manifest->id));
      for (guint p = 0; p < stage->manifest->payloads->len; p++)
        g_hash_table_add (served, g_strconcat ("payloads/",
                                               ((SuturePayload *) g_ptr_array_index (stage->manifest->payloads, p))->sha256, NULL));
    }
  return stages != NULL ? g_steal_pointer (&served) : NULL;
}

/* The files in the folder @below; char *. Their names are longer than those of suture_depot_list (). */
static GPtrArray *
list_files (SutureDepot *depot, const char *below, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  SutureFd fd = suture_within_folder (depot, below, 0, error);
  g_autoptr (DIR) folder = fd >= 0 ? fdopendir (fd) : NULL;
  const struct dirent *entry;

  while (folder != NULL && (entry = readdir (folder)) != NULL)
    if (entry->d_type == DT_REG)
      g_ptr_array_add (files, g_strdup (entry->d_name));
  return folder != NULL ? g_steal_pointer (&files) : NULL;
}

/* Removes what nothing that is published names. */
static gboolean
sweep (SutureRepository *repository, GError **error)
{
  g_autoptr (GHashTable) served = find_served (repository, error);
  g_autoptr (GPtrArray) folders = served != NULL ? suture_depot_list (repository->depot, TARGETS, error) : NULL;

  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      const char *folder = g_ptr_array_index (folders, i);
      g_autofree char *below = g_build_filename (TARGETS, folder, NULL);
      g_autoptr (GPtrArray) files = list_files (repository->depot, below, error);

      for (guint f = 0; files != NULL && f < files->len; f++)
        {
          g_autofree char *name = g_build_filename (folder, g_ptr_array_index (files, f), NULL);

          if (!g_hash_table_contains (served, name)
              && !suture_within_remove (repository->depot, below, g_ptr_array_index (files, f), error))
            return FALSE;
        }
      if (files == NULL)
        return FALSE;
    }
  return folders != NULL;
}

/* A clock that is behind would sign what is refused later; that this computer was off for months is no sign of one. */
static void
allow_absence (SutureSession *session)
{
  const SutureMetadata *timestamp = suture_repository_latest (session->repository, "timestamp");

  session->any_clock = timestamp == NULL || g_get_real_time () / G_USEC_PER_SEC >= timestamp->issued;
}

gboolean
suture_keep_run (const char *feed, GHashTable *names, GError **error)
{
  const SutureSessionOptions options = SUTURE_SESSION_OPTIONS_INIT;
  g_autoptr (SutureReport) report = suture_report_new (TRUE);
  g_auto (SutureSession) session = { 0 };
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) stages = NULL;

  if (!suture_session_open (&session, report, feed, &options, FALSE, error))
    return FALSE;
  allow_absence (&session);
  stages = suture_stage_open_all (session.depot, "staging", NULL, error);
  if (stages == NULL || !suture_session_check_stages (&session, stages, error)
      || !suture_session_add_stages (&session, stages, error))
    return FALSE;
  drop (&session, names, stages, gone);
  if (!suture_session_publish (&session, stages, error))
    return FALSE;
  for (guint i = 0; i < gone->len; i++)
    {
      g_autofree char *path = suture_depot_path (session.depot, "published", g_ptr_array_index (gone, i), NULL);

      suture_tree_remove (path);
    }
  slim (session.depot);
  return sweep (session.repository, error);
}

int
suture_keep_main (const char *file)
{
  g_autofree char *feed = suture_place_feed ();
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *text = NULL;
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;

  if (g_file_get_contents (file, &text, NULL, &error) && suture_rights_be_root (&error))
    {
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

      for (gsize i = 0; lines[i] != NULL; i++)
        g_hash_table_add (names, g_strdup (lines[i]));
      (void) suture_keep_run (feed, names, &error);
    }
  said = suture_place_write_end (NULL, error);
  puts (said);
  return EXIT_SUCCESS;
}

gboolean
suture_keep_spawn (const char *work, GHashTable *names, GError **error)
{
  g_autofree char *file = g_build_filename (work, "names", NULL);
  g_autofree char **list = (char **) g_hash_table_get_keys_as_array (names, NULL);
  g_autofree char *text = g_strjoinv ("\n", list);
  g_autoptr (JsonNode) node = g_file_set_contents (file, text, -1, error) ? suture_place_run (SUTURE_KEEP_WORD, file, error) : NULL;

  return node != NULL;
}
