/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shelf.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"
#include "depot.h"
#include "package.h"
#include "tree.h"

#define KEY_DIGITS 16 /* of the digest that tells sets apart */

struct _SutureShelfSet
{
  GPtrArray *packages, *versions; /* char * (owned) */
};

struct _SutureShelf
{
  char *folder; /* (owned) */
};

SutureShelfSet *
suture_shelf_set_new (void)
{
  SutureShelfSet *self = g_new0 (SutureShelfSet, 1);

  self->packages = g_ptr_array_new_with_free_func (g_free);
  self->versions = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
suture_shelf_set_free (SutureShelfSet *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->packages);
  g_ptr_array_unref (self->versions);
  g_free (self);
}

void
suture_shelf_set_add (SutureShelfSet *self, const char *package, const char *version)
{
  g_ptr_array_add (self->packages, g_strdup (package));
  g_ptr_array_add (self->versions, g_strdup (version));
}

const char *
suture_shelf_set_get (const SutureShelfSet *self, const char *package)
{
  guint at;

  return g_ptr_array_find_with_equal_func (self->packages, package, g_str_equal, &at)
             ? g_ptr_array_index (self->versions, at)
             : NULL;
}

const char *
suture_shelf_set_first (const SutureShelfSet *self)
{
  return g_ptr_array_index (self->versions, 0);
}

gboolean
suture_shelf_set_is_empty (const SutureShelfSet *self)
{
  return self->packages->len == 0;
}

gboolean
suture_shelf_set_is_like (const SutureShelfSet *self, const SutureShelfSet *other)
{
  gboolean same = self->packages->len == other->packages->len;

  for (guint i = 0; same && i < self->packages->len; i++)
    same = g_str_equal (g_ptr_array_index (self->packages, i), g_ptr_array_index (other->packages, i));
  return same;
}

gboolean
suture_shelf_set_is_newer (const SutureShelfSet *self, const SutureShelfSet *other, gboolean *newer, GError **error)
{
  *newer = FALSE;
  for (guint i = 0; !*newer && i < self->packages->len; i++)
    if (!suture_package_is_later (g_ptr_array_index (self->versions, i), g_ptr_array_index (other->versions, i), newer, error))
      return FALSE;
  return TRUE;
}

char *
suture_shelf_set_label (const SutureShelfSet *self)
{
  GString *label = g_string_new (NULL);

  for (guint i = 0; i < self->packages->len; i++)
    suture_package_append_label (label, g_ptr_array_index (self->packages, i), g_ptr_array_index (self->versions, i));
  return g_string_free (label, FALSE);
}

SutureShelf *
suture_shelf_new (const char *folder)
{
  SutureShelf *self = g_new0 (SutureShelf, 1);

  self->folder = g_strdup (folder);
  return self;
}

void
suture_shelf_free (SutureShelf *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self);
}

/* The folder of @set: a version has characters that a name has not. */
static char *
folder_of (SutureShelf *self, const SutureShelfSet *set)
{
  g_autofree char *label = suture_shelf_set_label (set);
  g_autofree char *sha256 = suture_digest_data (label, strlen (label));

  sha256[KEY_DIGITS] = '\0';
  return g_build_filename (self->folder, sha256, NULL);
}

static char *
path_in (const char *folder, const char *package)
{
  g_autofree char *name = g_strconcat (package, ".deb", NULL);

  return g_build_filename (folder, name, NULL);
}

gboolean
suture_shelf_fill (SutureShelf *self, SutureArchive *archive, const SutureShelfSet *set, const char *work, GError **error)
{
  g_autofree char *folder = folder_of (self, set);
  g_autofree char *fresh = NULL;

  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  fresh = suture_tree_make (work, error);
  for (guint i = 0; fresh != NULL && i < set->packages->len; i++)
    {
      const char *package = g_ptr_array_index (set->packages, i);
      g_autofree char *path = path_in (fresh, package);

      if (!suture_archive_fetch (archive, package, g_ptr_array_index (set->versions, i), work, path, error))
        return FALSE;
    }
  return fresh != NULL && suture_tree_sync (fresh, error) && suture_depot_move (fresh, folder, error);
}

static void
add_paths (GStrvBuilder *builder, const char *folder, const SutureShelfSet *set)
{
  for (guint i = 0; i < set->packages->len; i++)
    {
      g_autofree char *path = path_in (folder, g_ptr_array_index (set->packages, i));

      g_strv_builder_add (builder, path);
    }
}

GStrv
suture_shelf_paths (SutureShelf *self, const SutureShelfSet *set)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *folder = folder_of (self, set);

  add_paths (builder, folder, set);
  return g_strv_builder_end (builder);
}

/* Whether the packages in @folder are those of @set, each in an older version than there. */
static gboolean
is_older (const char *folder, const SutureShelfSet *set, const char *fixed, const char *work, gboolean *older, GError **error)
{
  *older = TRUE;
  for (guint i = 0; *older && i < set->packages->len; i++)
    {
      g_autofree char *path = path_in (folder, g_ptr_array_index (set->packages, i));
      g_autofree char *fixed_path = path_in (fixed, g_ptr_array_index (set->packages, i));
      g_autoptr (SuturePackage) package = NULL;
      g_autoptr (SuturePackage) other = NULL;

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        {
          *older = FALSE;
          return TRUE;
        }
      package = suture_package_open (path, work, error);
      other = package != NULL ? suture_package_open (fixed_path, work, error) : NULL;
      if (other == NULL || !suture_package_is_newer (other, package, older, error))
        return FALSE;
    }
  return TRUE;
}

typedef struct
{
  char *folder; /* (owned) */
  time_t time;
} Seen;

static void
seen_clear (gpointer data)
{
  g_free (((Seen *) data)->folder);
}

/* The last one first. */
static int
compare_seen (gconstpointer a, gconstpointer b)
{
  const Seen *first = a, *second = b;

  if (first->time != second->time)
    return first->time < second->time ? 1 : -1;
  return strcmp (first->folder, second->folder);
}

static GArray *
list_seen (SutureShelf *self, GError **error)
{
  g_autoptr (GDir) entries = g_dir_open (self->folder, 0, error);
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (Seen));
  const char *name;

  if (entries == NULL)
    return NULL;
  g_array_set_clear_func (seen, seen_clear);
  while ((name = g_dir_read_name (entries)) != NULL)
    {
      Seen one = { .folder = g_build_filename (self->folder, name, NULL) };
      struct stat status;

      if (stat (one.folder, &status) == 0)
        one.time = status.st_mtime;
      g_array_append_val (seen, one);
    }
  g_array_sort (seen, compare_seen);
  return g_steal_pointer (&seen);
}

GStrv
suture_shelf_find_older (
    SutureShelf *self, const SutureShelfSet *set, const SutureShelfSet *release, const char *work, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *fixed = folder_of (self, set);
  g_autofree char *own = folder_of (self, release);
  g_autoptr (GArray) seen = list_seen (self, error);
  guint n = 0;

  if (seen == NULL)
    return NULL;
  add_paths (builder, own, set);
  for (guint i = 0; i < seen->len && n < SUTURE_SHELF_OLDER_MAX; i++)
    {
      const char *folder = g_array_index (seen, Seen, i).folder;
      gboolean older;

      if (g_str_equal (folder, own) || g_str_equal (folder, fixed))
        continue;
      if (!is_older (folder, set, fixed, work, &older, error))
        return NULL;
      if (!older)
        continue;
      add_paths (builder, folder, set);
      n++;
    }
  return g_strv_builder_end (builder);
}
