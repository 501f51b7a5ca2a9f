/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "tree.h"
#include "verify/image.h"

/* Documentation runs nowhere, and made up most of the bytes of a fix (a changelog changes with every version). */
static const char *const documentation[] = {
  "/usr/share/doc/",  "/usr/share/doc-base/", "/usr/share/man/",     "/usr/share/info/",
  "/usr/share/help/", "/usr/share/gtk-doc/",  "/usr/share/lintian/", "/usr/share/bug/",
};

static gboolean
is_documentation (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (documentation); i++)
    if (g_str_has_prefix (path, documentation[i]))
      return TRUE;
  return FALSE;
}

static void
change_free (gpointer data)
{
  SutureChange *self = data;

  g_free (self->path);
  g_free (self->content);
  g_ptr_array_unref (self->old);
  g_free (self);
}

static void
obsolete_free (gpointer data)
{
  SutureObsolete *self = data;

  g_free (self->path);
  g_ptr_array_unref (self->sha256);
  g_free (self);
}

void
suture_changes_free (SutureChanges *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->obsoletes);
  g_free (self);
}

/* What lies at a path of a tree: content NULL and mode 0 where there is nothing. */
typedef struct
{
  mode_t mode;
  guint64 size;
  char *content; /* (owned) */
} Entry;

static void
entry_clear (Entry *self)
{
  g_clear_pointer (&self->content, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Entry, entry_clear)

static gboolean
entry_read (Entry *self, const char *tree, const char *path, GError **error)
{
  g_auto (SutureFd) handle = suture_tree_open (tree, path, O_PATH | O_NOFOLLOW);
  g_auto (SutureFd) fd = -1;
  struct stat status;

  /* where a file or a link stands for a folder of the path, that is an entry of its own */
  if (handle < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
    return TRUE;
  if (handle < 0 || fstat (handle, &status) < 0)
    return suture_error_set_errno (error, errno, "could not look at %s", path);
  self->mode = status.st_mode;
  if (S_ISLNK (status.st_mode))
    {
      self->content = suture_tree_read_link (handle, path, error);
      return self->content != NULL;
    }
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s is neither a file nor a link", path);
      return FALSE;
    }
  fd = suture_tree_open (tree, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return suture_error_set_errno (error, errno, "could not open %s", path);
  self->size = (guint64) status.st_size;
  self->content = suture_digest_fd (fd, NULL, error);
  return self->content != NULL;
}

static gboolean G_GNUC_PRINTF (2, 3)
cannot (GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "this can't be an improvement: %s", what);
  return FALSE;
}

/* The file itself and the folders above it: an image has them as root's. */
static gboolean
check_owners (const char *path, GHashTable *foreign, GError **error)
{
  g_autofree char *at = g_strdup (path);

  while (!g_str_equal (at, "/"))
    {
      const char *owner = g_hash_table_lookup (foreign, at);
      char *parent;

      if (owner != NULL)
        return cannot (error, "%s belongs to %s instead of root", at, owner);
      parent = g_path_get_dirname (at);
      g_free (at);
      at = parent;
    }
  return TRUE;
}

/* An improvement changes bytes and nothing else: what else differs needs the whole package. */
static gboolean
check_change (const char *path, const Entry *old, const Entry *fixed, GHashTable *foreign, GError **error)
{
  if (!g_str_has_prefix (path, "/usr/"))
    return cannot (error, "%s changes, and it is outside /usr", path);
  if (!suture_image_path_is_allowed (path, error))
    {
      g_prefix_error (error, "this can't be an improvement: ");
      return FALSE;
    }
  if (!check_owners (path, foreign, error))
    return FALSE;
  if (fixed->content == NULL)
    return TRUE;
  if (old->content != NULL && (old->mode & S_IFMT) != (fixed->mode & S_IFMT))
    return cannot (error, "%s changes between a file and a link", path);
  if (S_ISLNK (fixed->mode))
    return TRUE;
  if (old->content != NULL && (old->mode & 07777) != (fixed->mode & 07777))
    return cannot (error, "%s changes its mode from %04o to %04o", path, (guint) old->mode & 07777,
                   (guint) fixed->mode & 07777);
  if (old->content == NULL && (fixed->mode & 07777) != 0644 && (fixed->mode & 07777) != 0755)
    return cannot (error, "the new file %s has mode %04o", path, (guint) fixed->mode & 07777);
  return TRUE;
}

/* Looks at @path in all trees. *@change is set when the improvement has to put it in place. */
static gboolean
look (const char *path,
      GPtrArray *bases,
      const char *fixed_tree,
      GHashTable *foreign,
      SutureChange **change,
      SutureObsolete **obsolete,
      GError **error)
{
  g_auto (Entry) fixed = { 0 };
  g_autoptr (GPtrArray) olds = g_ptr_array_new_with_free_func (g_free);
  gboolean changed = FALSE, was_file = FALSE;

  if (!entry_read (&fixed, fixed_tree, path, error))
    return FALSE;
  for (guint b = 0; b < bases->len; b++)
    {
      g_auto (Entry) old = { 0 };

      if (!entry_read (&old, g_ptr_array_index (bases, b), path, error))
        return FALSE;
      was_file = was_file || S_ISREG (old.mode);
      /* equal bytes with another mode are a change, too: one that is refused */
      if (g_strcmp0 (old.content, fixed.content) != 0 || old.mode != fixed.mode)
        {
          changed = TRUE;
          if (!check_change (path, &old, &fixed, foreign, error))
            return FALSE;
        }
      g_ptr_array_add (olds, g_steal_pointer (&old.content));
    }
  if (!changed)
    return TRUE;
  if (fixed.content != NULL)
    {
      *change = g_new0 (SutureChange, 1);
      (*change)->path = g_strdup (path);
      (*change)->is_link = S_ISLNK (fixed.mode);
      (*change)->mode = (*change)->is_link ? 0 : fixed.mode & 07777;
      (*change)->size = fixed.size;
      (*change)->content = g_steal_pointer (&fixed.content);
      (*change)->old = g_steal_pointer (&olds);
      return TRUE;
    }
  if (!was_file)
    return TRUE; /* a link that is gone stays: nothing maps a link */
  *obsolete = g_new0 (SutureObsolete, 1);
  (*obsolete)->path = g_strdup (path);
  (*obsolete)->sha256 = g_ptr_array_new_with_free_func (g_free);
  for (guint b = 0; b < olds->len; b++)
    {
      const char *old = g_ptr_array_index (olds, b);

      if (suture_digest_is_valid (old)
          && !g_ptr_array_find_with_equal_func ((*obsolete)->sha256, old, g_str_equal, NULL))
        g_ptr_array_add ((*obsolete)->sha256, g_strdup (old));
    }
  return TRUE;
}

static gboolean
add_tree (GHashTable *paths, const char *tree, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_free);

  if (!suture_tree_walk (tree, entries, NULL, error))
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    if (!is_documentation (g_ptr_array_index (entries, i)))
      g_hash_table_add (paths, g_strdup (g_ptr_array_index (entries, i)));
  return TRUE;
}

/* Folders keep the mode that the base has, and new ones get 0755: a package that wants something else can't have it. */
static gboolean
check_folders (const char *base, const char *fixed, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);

  if (!suture_tree_walk (fixed, entries, folders, error))
    return FALSE;
  for (guint i = 0; i < folders->len; i++)
    {
      const char *path = g_ptr_array_index (folders, i);
      g_autofree char *old_path = g_strconcat (base, path, NULL);
      g_autofree char *fixed_path = g_strconcat (fixed, path, NULL);
      struct stat old, new;

      if (lstat (fixed_path, &new) < 0)
        return suture_error_set_errno (error, errno, "could not look at %s", fixed_path);
      if (lstat (old_path, &old) < 0)
        old.st_mode = S_IFDIR | 0755;
      if (old.st_mode != new.st_mode && !is_documentation (path))
        return cannot (error, "the folder %s has mode %04o", path, (guint) new.st_mode & 07777);
    }
  return TRUE;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

SutureChanges *
suture_changes_find (GPtrArray *bases, const char *fixed, GHashTable *foreign, GError **error)
{
  g_autoptr (SutureChanges) self = g_new0 (SutureChanges, 1);
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GList) sorted = NULL;

  self->files = g_ptr_array_new_with_free_func (change_free);
  self->obsoletes = g_ptr_array_new_with_free_func (obsolete_free);
  if (!add_tree (paths, fixed, error))
    return NULL;
  for (guint b = 0; b < bases->len; b++)
    if (!check_folders (g_ptr_array_index (bases, b), fixed, error)
        || !add_tree (paths, g_ptr_array_index (bases, b), error))
      return NULL;
  sorted = g_list_sort (g_hash_table_get_keys (paths), compare_paths);
  for (GList *at = sorted; at != NULL; at = at->next)
    {
      SutureChange *change = NULL;
      SutureObsolete *obsolete = NULL;

      if (!look (at->data, bases, fixed, foreign, &change, &obsolete, error))
        return NULL;
      if (change != NULL)
        g_ptr_array_add (self->files, change);
      if (obsolete != NULL)
        g_ptr_array_add (self->obsoletes, obsolete);
    }
  if (self->files->len == 0)
    {
      cannot (error, "no file under /usr changes, documentation left out");
      return NULL;
    }
  return g_steal_pointer (&self);
}
