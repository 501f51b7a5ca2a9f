/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "origin.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "binary.h"
#include "tree.h"

static const char *const all[] = { "", NULL };
/* hier(7), without /usr/include and /usr/src: nobody runs what lies there, so that of a developer's packages only that is left as it is */
static const char *const what_runs[] = { "/usr/bin", "/usr/sbin", "/usr/games", "/usr/lib", "/usr/lib32", "/usr/lib64",
                                         "/usr/libx32", "/usr/libexec", "/usr/local", "/usr/share", NULL };
static const char *const usr_and_etc[] = { "/usr", "/etc", NULL };

static SutureOrigin *
origin_new (void)
{
  SutureOrigin *self = g_new0 (SutureOrigin, 1);

  self->bases = g_ptr_array_new_with_free_func (g_free);
  self->labels = g_ptr_array_new_with_free_func (g_free);
  self->below = all;
  return self;
}

void
suture_origin_free (SutureOrigin *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->pairs, suture_pairs_free);
  g_ptr_array_unref (self->bases);
  g_ptr_array_unref (self->labels);
  g_free (self->fixed);
  g_free (self->result);
  g_free (self);
}

SutureOrigin *
suture_origin_from_packages (char **old, char **fixed, const char *work, GError **error)
{
  g_autoptr (SutureOrigin) self = origin_new ();

  self->pairs = suture_pairs_open (old, fixed, work, error);
  if (self->pairs == NULL || !suture_pairs_check_exact (self->pairs, error))
    return NULL;
  self->fixed = g_build_filename (work, "fixed", NULL);
  self->result = suture_pairs_label_fixed (self->pairs);
  for (guint b = 0; b < self->pairs->n_bases; b++)
    {
      g_autofree char *name = g_strdup_printf ("base-%u", b);
      char *tree = g_build_filename (work, name, NULL);

      g_ptr_array_add (self->bases, tree);
      g_ptr_array_add (self->labels, suture_pairs_label_base (self->pairs, b));
      if (!suture_pairs_unpack_base (self->pairs, b, work, tree, error))
        return NULL;
    }
  return suture_pairs_unpack_fixed (self->pairs, work, self->fixed, error) ? g_steal_pointer (&self) : NULL;
}

SutureOrigin *
suture_origin_from_installed (char **called, const char *ground, char **fixed, const char *work, GError **error)
{
  g_autoptr (SutureOrigin) self = origin_new ();

  self->pairs = suture_pairs_open_installed (called, fixed, work, error);
  if (self->pairs == NULL || !suture_pairs_check_exact (self->pairs, error))
    return NULL;
  self->below = what_runs;
  self->fixed = g_build_filename (work, "fixed", NULL);
  self->result = suture_pairs_label_fixed (self->pairs);
  g_ptr_array_add (self->bases, g_strdup (ground));
  g_ptr_array_add (self->labels, suture_pairs_label_base (self->pairs, 0));
  return suture_pairs_unpack_fixed (self->pairs, work, self->fixed, error) ? g_steal_pointer (&self) : NULL;
}

/* The absolute path of a root folder that can be compared; NULL with @error. */
static char *
check_root (const char *path, GError **error)
{
  static const char *const merged[] = { "bin", "sbin", "lib", "lib64" };
  g_autofree char *real = realpath (path, NULL);
  g_auto (SutureFd) folder = real != NULL ? open (real, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  struct stat status;

  if (folder < 0 || fstatat (folder, "usr", &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR (status.st_mode))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "%s is no folder that holds a folder usr", path);
      return NULL;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (merged); i++)
    if (fstatat (folder, merged[i], &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (status.st_mode))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                     "%s has a folder %s of its own: improvements are for systems where that is a link to usr/%s", path,
                     merged[i], merged[i]);
        return NULL;
      }
  return g_strdup (real);
}

SutureOrigin *
suture_origin_from_roots (char **old, const char *fixed, GError **error)
{
  g_autoptr (SutureOrigin) self = origin_new ();

  self->below = usr_and_etc;
  self->fixed = check_root (fixed, error);
  if (self->fixed == NULL)
    return NULL;
  self->result = g_path_get_basename (self->fixed);
  for (gsize i = 0; old[i] != NULL; i++)
    {
      char *tree = check_root (old[i], error);

      if (tree == NULL)
        return NULL;
      g_ptr_array_add (self->bases, tree);
      g_ptr_array_add (self->labels, g_path_get_basename (tree));
    }
  return g_steal_pointer (&self);
}

/* A desktop that has the files of two bases would be told apart by nothing: @b goes, and its name to @a. */
static void
merge_bases (SutureOrigin *self, SutureChanges *changes, guint a, guint b, SutureFindings *findings)
{
  const char *first = g_ptr_array_index (self->labels, a);
  const char *second = g_ptr_array_index (self->labels, b);
  char *both = g_str_equal (first, second) ? g_strdup (first) : g_strdup_printf ("%s or %s", first, second);

  suture_findings_warn (findings, "the bases \"%s\" and \"%s\" have the same files, and are one", first, second);
  g_free (g_ptr_array_index (self->labels, a));
  g_ptr_array_index (self->labels, a) = both;
  g_ptr_array_remove_index (self->labels, b);
  g_ptr_array_remove_index (self->bases, b);
  suture_changes_drop_base (changes, b);
}

SutureChanges *
suture_origin_compare (SutureOrigin *self, SutureFindings *findings, GError **error)
{
  g_autoptr (SutureChanges) changes = suture_changes_find (self->bases, self->fixed, self->below, error);

  if (changes == NULL)
    return NULL;
  for (guint a = 0; a < self->bases->len; a++)
    for (guint b = self->bases->len; b-- > a + 1;)
      if (suture_changes_same_base (changes, a, b))
        merge_bases (self, changes, a, b, findings);
  return g_steal_pointer (&changes);
}

static const char *
architecture_of_changes (SutureOrigin *self, const SutureChanges *changes, GError **error)
{
  const char *found = NULL;

  for (guint i = 0; i < changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (changes->files, i);
      g_auto (SutureFd) fd = suture_tree_open (self->fixed, change->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
      SutureBinary *read = NULL;
      g_autoptr (SutureBinary) elf = NULL;
      const char *architecture;

      if (change->is_link || fd < 0 || !suture_binary_read (fd, &read, NULL) || read == NULL)
        continue;
      elf = read;
      architecture = suture_binary_architecture (elf->machine);
      if (architecture == NULL || (found != NULL && !g_str_equal (found, architecture)))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                       "what changes is for several architectures, or for an unknown one: say with --architecture which "
                       "one desktops have");
          return NULL;
        }
      found = architecture;
    }
  if (found == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                 "no program or library changes that would say which architecture it is for: --architecture is needed");
  return found;
}

const char *
suture_origin_get_architecture (SutureOrigin *self, const SutureChanges *changes, GError **error)
{
  return self->pairs != NULL ? suture_pairs_get_architecture (self->pairs, error)
                             : architecture_of_changes (self, changes, error);
}
