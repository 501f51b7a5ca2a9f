/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
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

/* ... and /etc/ld.so.cache is made anew on every machine. */
gboolean
suture_changes_is_left_out (const char *path)
{
  if (g_str_equal (path, "/etc/ld.so.cache"))
    return TRUE;
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

gboolean
suture_changes_same_base (const SutureChanges *self, guint a, guint b)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (self->files, i);

      if (g_strcmp0 (g_ptr_array_index (change->old, a), g_ptr_array_index (change->old, b)) != 0)
        return FALSE;
    }
  return TRUE;
}

void
suture_changes_drop_base (SutureChanges *self, guint base)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (self->files, i);

      g_ptr_array_remove_index (change->old, base);
    }
}

/* What lies at a path of a tree: mode 0 and content NULL where there is nothing. */
typedef struct
{
  mode_t mode;
  uid_t uid;
  gid_t gid;
  guint64 size;
  char *content; /* SHA-256, the link's target, "" of a folder (owned) */
} Entry;

static void
entry_clear (Entry *self)
{
  g_clear_pointer (&self->content, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Entry, entry_clear)

static gboolean G_GNUC_PRINTF (2, 3)
cannot (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  (void) suture_error_set_about (error, SUTURE_ERROR_NOT_APPLICABLE, "this can't be an improvement:", format, args);
  va_end (args);
  return FALSE;
}

/* No image can have a file as large as is refused here, and nothing larger is hashed. */
static gboolean
read_file (Entry *self, const char *tree, const char *path, GError **error)
{
  g_auto (SutureFd) fd = -1;

  if (self->size > SUTURE_MANIFEST_IMAGE_MAX)
    return cannot (error, "%s is larger than an image can be", path);
  fd = suture_tree_open (tree, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return suture_error_set_errno (error, errno, "could not open %s", path);
  self->content = suture_digest_fd (fd, NULL, error);
  return self->content != NULL;
}

static gboolean
entry_read (Entry *self, const char *tree, const char *path, GError **error)
{
  g_auto (SutureFd) handle = suture_tree_open (tree, path, O_PATH | O_NOFOLLOW);
  struct stat status;

  /* where a file or a link stands for a folder of the path, that is an entry of its own */
  if (handle < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
    return TRUE;
  if (handle < 0 || fstat (handle, &status) < 0)
    return suture_error_set_errno (error, errno, "could not look at %s", path);
  self->mode = status.st_mode;
  self->uid = status.st_uid;
  self->gid = status.st_gid;
  if (S_ISREG (status.st_mode))
    {
      self->size = (guint64) status.st_size;
      return read_file (self, tree, path, error);
    }
  self->content = S_ISLNK (status.st_mode) ? suture_tree_read_link (handle, path, error) : g_strdup ("");
  return self->content != NULL;
}

static const char *
type_name (mode_t mode)
{
  return S_ISDIR (mode) ? "folder" : S_ISLNK (mode) ? "link" : "file";
}

/* "root/mail" */
static char *
owner_name (const Entry *entry)
{
  const struct passwd *user = getpwuid (entry->uid);
  const struct group *group = getgrgid (entry->gid);
  g_autofree char *uid = g_strdup_printf ("%u", entry->uid);
  g_autofree char *gid = g_strdup_printf ("%u", entry->gid);

  return g_strconcat (user != NULL ? user->pw_name : uid, "/", group != NULL ? group->gr_name : gid, NULL);
}

/* The fixed files. */
typedef struct
{
  const char *path;   /* the caller's */
  GPtrArray *entries; /* char *: files and links (owned) */
  GPtrArray *folders; /* char * (owned) */
  GHashTable *filled; /* a set of folders that have an entry somewhere below (owned) */
  GHashTable *roots;  /* a set of folders that belong to root, as those above them do: what is known of them so far (owned) */
} Fixed;

static void
fixed_clear (Fixed *self)
{
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->folders);
  g_hash_table_unref (self->filled);
  g_hash_table_unref (self->roots);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixed, fixed_clear)

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* Each folder is looked at once, however many are in each other. */
static void
fill_above (GHashTable *filled, const char *path)
{
  for (char *at = g_path_get_dirname (path); at != NULL;)
    {
      char *above = g_path_get_dirname (at);

      if (g_hash_table_add (filled, at) && !g_str_equal (above, "/"))
        at = above;
      else
        {
          g_free (above);
          at = NULL;
        }
    }
}

static gboolean
fixed_read (Fixed *self, const char *const *below, GError **error)
{
  for (gsize i = 0; below[i] != NULL; i++)
    if (!suture_tree_walk_below (self->path, below[i], self->entries, self->folders, error))
      return FALSE;
  for (guint i = 0; i < self->entries->len; i++)
    fill_above (self->filled, g_ptr_array_index (self->entries, i));
  return TRUE;
}

/* The entry itself and the folders above it: an image has them as root's. */
static gboolean
check_owners (const Fixed *tree, const char *path, const Entry *entry, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_auto (Entry) above = { 0 };

  if (entry->uid != 0 || entry->gid != 0)
    {
      g_autofree char *owner = owner_name (entry);

      return cannot (error, "%s belongs to %s instead of root", path, owner);
    }
  if (g_str_equal (parent, "/") || g_hash_table_contains (tree->roots, parent))
    return TRUE;
  if (!entry_read (&above, tree->path, parent, error) || !check_owners (tree, parent, &above, error))
    return FALSE;
  g_hash_table_add (tree->roots, g_steal_pointer (&parent));
  return TRUE;
}

static gboolean
same_owner (const Entry *a, const Entry *b)
{
  return a->uid == b->uid && a->gid == b->gid;
}

/* An improvement changes bytes and nothing else: what else differs needs the whole package. */
static gboolean
check_kept (const char *path, const Entry *old, const Entry *fixed, GError **error)
{
  if ((old->mode & S_IFMT) != (fixed->mode & S_IFMT))
    return cannot (error, "%s changes from a %s to a %s", path, type_name (old->mode), type_name (fixed->mode));
  if (!same_owner (old, fixed))
    {
      g_autofree char *before = owner_name (old);
      g_autofree char *after = owner_name (fixed);

      return cannot (error, "%s changes its owner from %s to %s", path, before, after);
    }
  if (!S_ISLNK (fixed->mode) && old->mode != fixed->mode)
    return cannot (error, "%s changes its mode from %04o to %04o", path, (guint) old->mode & 07777,
                   (guint) fixed->mode & 07777);
  return TRUE;
}

static gboolean
check_change (const char *path, const Entry *old, const Entry *fixed, const Fixed *fixed_tree, GError **error)
{
  if (!g_str_has_prefix (path, "/usr/"))
    return cannot (error, "%s changes, and it is outside /usr", path);
  if (!suture_image_path_is_allowed (path, error))
    {
      g_prefix_error (error, "this can't be an improvement: ");
      if (error != NULL)
        (*error)->code = SUTURE_ERROR_NOT_APPLICABLE; /* as all else here: it is no image yet that would be wrong */
      return FALSE;
    }
  if (fixed->content == NULL)
    return TRUE;
  if (old->content != NULL)
    return check_kept (path, old, fixed, error) && check_owners (fixed_tree, path, fixed, error);
  if (!S_ISLNK (fixed->mode) && (fixed->mode & 07777) != 0644 && (fixed->mode & 07777) != 0755)
    return cannot (error, "the new file %s has mode %04o", path, (guint) fixed->mode & 07777);
  return check_owners (fixed_tree, path, fixed, error);
}

/* Looks at @path in all trees. *@change is set when the improvement has to put it in place. */
static gboolean
look (const char *path,
      GPtrArray *bases,
      const Fixed *fixed_tree,
      SutureChange **change,
      SutureObsolete **obsolete,
      GError **error)
{
  g_auto (Entry) fixed = { 0 };
  g_autoptr (GPtrArray) olds = g_ptr_array_new_with_free_func (g_free);
  gboolean changed = FALSE, was_file = FALSE;

  if (!entry_read (&fixed, fixed_tree->path, path, error))
    return FALSE;
  for (guint b = 0; b < bases->len; b++)
    {
      g_auto (Entry) old = { 0 };

      if (!entry_read (&old, g_ptr_array_index (bases, b), path, error))
        return FALSE;
      was_file = was_file || S_ISREG (old.mode);
      /* equal bytes with another mode or owner are a change, too: one that is refused */
      if (g_strcmp0 (old.content, fixed.content) != 0 || old.mode != fixed.mode || !same_owner (&old, &fixed))
        {
          changed = TRUE;
          if (!check_change (path, &old, &fixed, fixed_tree, error))
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

static void
add_entries (GHashTable *paths, GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    if (!suture_changes_is_left_out (g_ptr_array_index (entries, i)))
      g_hash_table_add (paths, g_strdup (g_ptr_array_index (entries, i)));
}

static gboolean
add_tree (GHashTable *paths, const char *tree, const char *const *below, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; below[i] != NULL; i++)
    if (!suture_tree_walk_below (tree, below[i], entries, NULL, error))
      return FALSE;
  add_entries (paths, entries);
  return TRUE;
}

/* An improvement brings files. Folders keep what the base has, and new ones are made above new files: a package that wants
 * something else can't have it. */
static gboolean
check_folder (const char *base, const Fixed *fixed, const char *path, GError **error)
{
  g_auto (Entry) old = { 0 };
  g_auto (Entry) new = { 0 };

  if (!entry_read (&old, base, path, error) || !entry_read (&new, fixed->path, path, error))
    return FALSE;
  if (old.content != NULL)
    return check_kept (path, &old, &new, error);
  if (!g_str_has_prefix (path, "/usr/"))
    return cannot (error, "the new folder %s is outside /usr", path);
  if (!g_hash_table_contains (fixed->filled, path))
    return cannot (error, "the new folder %s is empty", path);
  if ((new.mode & 07777) != 0755)
    return cannot (error, "the new folder %s has mode %04o", path, (guint) new.mode & 07777);
  return check_owners (fixed, path, &new, error);
}

static gboolean
check_folders (const char *base, const Fixed *fixed, GError **error)
{
  for (guint i = 0; i < fixed->folders->len; i++)
    {
      const char *path = g_ptr_array_index (fixed->folders, i);

      if (!suture_changes_is_left_out (path) && !check_folder (base, fixed, path, error))
        return FALSE;
    }
  return TRUE;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

SutureChanges *
suture_changes_find (GPtrArray *bases, const char *fixed, const char *const *below, GError **error)
{
  g_autoptr (SutureChanges) self = g_new0 (SutureChanges, 1);
  g_autoptr (GHashTable) paths = new_set ();
  g_auto (Fixed) tree = { .path = fixed,
                          .entries = g_ptr_array_new_with_free_func (g_free),
                          .folders = g_ptr_array_new_with_free_func (g_free),
                          .filled = new_set (),
                          .roots = new_set () };
  g_autoptr (GList) sorted = NULL;
  guint64 total = 0;

  self->files = g_ptr_array_new_with_free_func (change_free);
  self->obsoletes = g_ptr_array_new_with_free_func (obsolete_free);
  if (!fixed_read (&tree, below, error))
    return NULL;
  add_entries (paths, tree.entries);
  for (guint b = 0; b < bases->len; b++)
    if (!check_folders (g_ptr_array_index (bases, b), &tree, error)
        || !add_tree (paths, g_ptr_array_index (bases, b), below, error))
      return NULL;
  sorted = g_list_sort (g_hash_table_get_keys (paths), compare_paths);
  for (GList *at = sorted; at != NULL; at = at->next)
    {
      SutureChange *change = NULL;
      SutureObsolete *obsolete = NULL;

      if (!look (at->data, bases, &tree, &change, &obsolete, error))
        return NULL;
      if (change != NULL)
        g_ptr_array_add (self->files, change);
      if (obsolete != NULL)
        g_ptr_array_add (self->obsoletes, obsolete);
      total += change != NULL ? change->size : 0;
      if (self->files->len <= SUTURE_MANIFEST_FILES_MAX && total <= SUTURE_MANIFEST_IMAGE_MAX)
        continue;
      cannot (error, "more than %d files or %" G_GUINT64_FORMAT " MiB change", SUTURE_MANIFEST_FILES_MAX,
              SUTURE_MANIFEST_IMAGE_MAX >> 20);
      return NULL;
    }
  if (self->files->len == 0)
    {
      cannot (error, "no file under /usr changes, documentation left out");
      return NULL;
    }
  return g_steal_pointer (&self);
}
