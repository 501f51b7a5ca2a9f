/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pairs.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "base/error.h"

/* @architecture: NULL for any of them. */
static SuturePackage *
find (const SuturePairs *self, const char *name, const char *architecture, guint *index)
{
  for (guint i = 0; i < self->fixed->len; i++)
    {
      SuturePackage *fixed = g_ptr_array_index (self->fixed, i);

      if (!g_str_equal (fixed->name, name) || (architecture != NULL && !g_str_equal (fixed->architecture, architecture)))
        continue;
      if (index != NULL)
        *index = i;
      return fixed;
    }
  return NULL;
}

/* Takes @package over, NULL with @error set. */
static gboolean
add_fixed (SuturePairs *self, SuturePackage *taken, GError **error)
{
  g_autoptr (SuturePackage) package = taken;

  if (package == NULL)
    return FALSE;
  if (find (self, package->name, package->architecture, NULL) != NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--new has %s twice", package->name);
      return FALSE;
    }
  g_ptr_array_add (self->fixed, g_steal_pointer (&package));
  g_ptr_array_add (self->old, g_ptr_array_new_with_free_func ((GDestroyNotify) suture_package_free));
  return TRUE;
}

/* The same. */
static gboolean
add_old (SuturePairs *self, SuturePackage *taken, GError **error)
{
  g_autoptr (SuturePackage) package = taken;
  guint index = 0;
  SuturePackage *fixed = package != NULL ? find (self, package->name, package->architecture, &index) : NULL;
  gboolean newer = FALSE;

  if (package == NULL)
    return FALSE;
  if (fixed == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--new has no package %s of architecture %s",
                   package->name, package->architecture);
      return FALSE;
    }
  if (!suture_package_is_newer (fixed, package, &newer, error))
    return FALSE;
  if (!newer)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                   "%s %s of --new is not newer than %s of --old: are they swapped?", fixed->name, fixed->version,
                   package->version);
      return FALSE;
    }
  g_ptr_array_add (g_ptr_array_index (self->old, index), g_steal_pointer (&package));
  return TRUE;
}

static gboolean
count_bases (SuturePairs *self, GError **error)
{
  for (guint i = 0; i < self->fixed->len; i++)
    {
      const GPtrArray *olds = g_ptr_array_index (self->old, i);
      const SuturePackage *fixed = g_ptr_array_index (self->fixed, i);

      if (i == 0)
        self->n_bases = olds->len;
      if (olds->len == 0 || olds->len != self->n_bases)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                       "%s needs an --old for every known base, as many as the other packages", fixed->name);
          return FALSE;
        }
    }
  return TRUE;
}

static SuturePairs *
pairs_new (void)
{
  SuturePairs *self = g_new0 (SuturePairs, 1);

  self->fixed = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_package_free);
  self->old = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  return self;
}

SuturePairs *
suture_pairs_open (char **old, char **fixed, const char *work, GError **error)
{
  g_autoptr (SuturePairs) self = pairs_new ();

  for (gsize i = 0; fixed[i] != NULL; i++)
    if (!add_fixed (self, suture_package_open (fixed[i], work, error), error))
      return NULL;
  for (gsize i = 0; old[i] != NULL; i++)
    if (!add_old (self, suture_package_open (old[i], work, error), error))
      return NULL;
  return count_bases (self, error) ? g_steal_pointer (&self) : NULL;
}

SuturePairs *
suture_pairs_open_installed (char **called, char **fixed, const char *work, GError **error)
{
  g_autoptr (SuturePairs) self = pairs_new ();

  for (gsize i = 0; fixed[i] != NULL; i++)
    if (!add_fixed (self, suture_package_open (fixed[i], work, error), error))
      return NULL;
  for (gsize i = 0; called[i] != NULL; i++)
    if (!add_old (self, suture_package_open_installed (called[i], error), error))
      return NULL;
  return count_bases (self, error) ? g_steal_pointer (&self) : NULL;
}

void
suture_pairs_free (SuturePairs *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->fixed);
  g_ptr_array_unref (self->old);
  g_free (self);
}

SuturePackage *
suture_pairs_get_old (const SuturePairs *self, guint index, guint base)
{
  const GPtrArray *olds = g_ptr_array_index (self->old, index);

  return g_ptr_array_index (olds, base);
}

const SuturePackage *
suture_pairs_get_oldest (const SuturePairs *self, GError **error)
{
  const SuturePackage *oldest = suture_pairs_get_old (self, 0, 0);

  for (guint b = 1; b < self->n_bases; b++)
    {
      const SuturePackage *old = suture_pairs_get_old (self, 0, b);
      gboolean newer;

      if (!suture_package_is_newer (oldest, old, &newer, error))
        return NULL;
      oldest = newer ? old : oldest;
    }
  return oldest;
}

static gboolean
make_folder (const char *tree, GError **error)
{
  return g_mkdir (tree, 0755) == 0 || suture_error_set_errno (error, errno, "could not make %s", tree);
}

gboolean
suture_pairs_unpack_base (const SuturePairs *self, guint base, const char *work, const char *tree, GError **error)
{
  if (!make_folder (tree, error))
    return FALSE;
  for (guint i = 0; i < self->fixed->len; i++)
    if (!suture_package_unpack (suture_pairs_get_old (self, i, base), work, tree, error))
      return FALSE;
  return TRUE;
}

gboolean
suture_pairs_unpack_fixed (const SuturePairs *self, const char *work, const char *tree, GError **error)
{
  if (!make_folder (tree, error))
    return FALSE;
  for (guint i = 0; i < self->fixed->len; i++)
    if (!suture_package_unpack (g_ptr_array_index (self->fixed, i), work, tree, error))
      return FALSE;
  return TRUE;
}

char *
suture_pairs_label_base (const SuturePairs *self, guint base)
{
  GString *label = g_string_new (NULL);

  for (guint i = 0; i < self->fixed->len; i++)
    {
      const SuturePackage *old = suture_pairs_get_old (self, i, base);

      suture_package_append_label (label, old->name, old->version);
    }
  return g_string_free (label, FALSE);
}

char *
suture_pairs_label_fixed (const SuturePairs *self)
{
  GString *label = g_string_new (NULL);

  for (guint i = 0; i < self->fixed->len; i++)
    {
      const SuturePackage *fixed = g_ptr_array_index (self->fixed, i);

      suture_package_append_label (label, fixed->name, fixed->version);
    }
  return g_string_free (label, FALSE);
}

const char *
suture_pairs_get_architecture (const SuturePairs *self, GError **error)
{
  const char *found = NULL;

  for (guint i = 0; i < self->fixed->len; i++)
    {
      const SuturePackage *fixed = g_ptr_array_index (self->fixed, i);
      const char *architecture = suture_package_systemd_architecture (fixed);

      if (architecture == NULL && g_str_equal (fixed->architecture, "all"))
        continue;
      if (architecture == NULL || (found != NULL && !g_str_equal (found, architecture)))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                       "the packages are not all of one architecture that is known");
          return NULL;
        }
      found = architecture;
    }
  if (found == NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                 "packages for all architectures alone say nothing about which one it is for");
  return found;
}

/* The package called @name of base @base, of the fixed ones if that is -1; NULL if it is not given. */
static const SuturePackage *
get_package (const SuturePairs *self, const char *name, int base)
{
  guint index = 0;
  const SuturePackage *fixed = find (self, name, NULL, &index);

  return fixed == NULL || base < 0 ? fixed : suture_pairs_get_old (self, index, (guint) base);
}

/* What is needed and given has to be given in the version that is needed. */
static gboolean
check_given (const SuturePairs *self, const SuturePackage *package, int base, GError **error)
{
  g_autoptr (GHashTable) exact = suture_package_get_exact (package);
  GHashTableIter iter;
  gpointer name, version;

  g_hash_table_iter_init (&iter, exact);
  while (g_hash_table_iter_next (&iter, &name, &version))
    {
      const SuturePackage *other = get_package (self, name, base);

      if (other == NULL || g_str_equal (other->version, version))
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "%s %s needs exactly %s %s, and is given with %s",
                   package->name, package->version, other->name, (char *) version, other->version);
      return FALSE;
    }
  return TRUE;
}

/* What is needed and not given stays as it is: @old has to need the same version of it. */
static gboolean
check_left (const SuturePairs *self, const SuturePackage *old, const SuturePackage *fixed, GError **error)
{
  g_autoptr (GHashTable) before = suture_package_get_exact (old);
  g_autoptr (GHashTable) exact = suture_package_get_exact (fixed);
  GHashTableIter iter;
  gpointer name, version;

  g_hash_table_iter_init (&iter, exact);
  while (g_hash_table_iter_next (&iter, &name, &version))
    {
      if (find (self, name, NULL, NULL) != NULL || g_strcmp0 (g_hash_table_lookup (before, name), version) == 0)
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "%s %s needs exactly %s %s: give both, or neither",
                   fixed->name, fixed->version, (char *) name, (char *) version);
      return FALSE;
    }
  return TRUE;
}

gboolean
suture_pairs_check_exact (const SuturePairs *self, GError **error)
{
  for (guint i = 0; i < self->fixed->len; i++)
    {
      const SuturePackage *fixed = g_ptr_array_index (self->fixed, i);

      if (!check_given (self, fixed, -1, error))
        return FALSE;
      for (guint b = 0; b < self->n_bases; b++)
        {
          const SuturePackage *old = suture_pairs_get_old (self, i, b);

          if (!check_given (self, old, (int) b, error) || !check_left (self, old, fixed, error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
same_script (const SuturePackage *old, const SuturePackage *fixed, const char *script)
{
  GBytes *before = g_hash_table_lookup (old->scripts, script);
  GBytes *after = g_hash_table_lookup (fixed->scripts, script);

  return before != NULL && after != NULL ? g_bytes_equal (before, after) : before == after;
}

void
suture_pairs_warn (const SuturePairs *self, SutureFindings *findings)
{
  for (guint i = 0; i < self->fixed->len; i++)
    {
      const SuturePackage *fixed = g_ptr_array_index (self->fixed, i);

      for (guint b = 0; b < self->n_bases; b++)
        for (gsize s = 0; suture_package_scripts[s] != NULL; s++)
          if (!same_script (suture_pairs_get_old (self, i, b), fixed, suture_package_scripts[s]))
            suture_findings_warn (findings, "%s of %s changes; an improvement does not run it", suture_package_scripts[s],
                                fixed->name);
    }
}
