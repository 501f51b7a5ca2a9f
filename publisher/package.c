/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "package.h"

#include "base/error.h"
#include "run.h"
#include "tree.h"

static const struct
{
  const char *debian;
  const char *systemd;
} architectures[] = {
  { "amd64", "x86-64" },     { "arm64", "arm64" },  { "i386", "x86" },        { "armhf", "arm" },  { "armel", "arm" },
  { "ppc64el", "ppc64-le" }, { "s390x", "s390x" },  { "riscv64", "riscv64" }, { "mips64el", "mips64-le" },
};

static char *
field (const char *path, const char *name, GError **error)
{
  const char *const argv[] = { "dpkg-deb", "-f", path, name, NULL };
  g_autofree char *value = suture_run (argv, error);

  return value != NULL ? g_strdup (g_strstrip (value)) : NULL;
}

/* The lines of dpkg-deb -c: mode, owner/group, size, date, time, ./path[ -> target]. */
static gboolean
list_foreign (SuturePackage *self, GError **error)
{
  const char *const argv[] = { "dpkg-deb", "-c", self->path, NULL };
  g_autofree char *listing = suture_run (argv, error);
  g_auto (GStrv) lines = NULL;

  if (listing == NULL)
    return FALSE;
  lines = g_strsplit (listing, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GRegex) regex = g_regex_new ("^\\S+ (\\S+)\\s+\\S+ \\S+ \\S+ \\.(/.*?)/?(?: -> .*| link to .*)?$", 0, 0, NULL);
      g_autoptr (GMatchInfo) match = NULL;
      g_autofree char *owner = NULL;

      if (!g_regex_match (regex, lines[i], 0, &match))
        continue;
      owner = g_match_info_fetch (match, 1);
      if (!g_str_equal (owner, "root/root"))
        g_hash_table_insert (self->foreign, g_match_info_fetch (match, 2), g_steal_pointer (&owner));
    }
  return TRUE;
}

static gboolean
read_scripts (SuturePackage *self, GError **error)
{
  const char *const names[] = { "preinst", "postinst", "prerm", "postrm", "config", "triggers", "conffiles" };
  g_autofree char *folder = suture_tree_make (g_get_tmp_dir (), error);
  const char *const argv[] = { "dpkg-deb", "-e", self->path, folder, NULL };
  g_autofree char *output = folder != NULL ? suture_run (argv, error) : NULL;

  for (gsize i = 0; output != NULL && i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (path, &text, NULL, NULL))
        g_hash_table_insert (self->scripts, g_strdup (names[i]), g_steal_pointer (&text));
    }
  if (folder != NULL)
    suture_tree_remove (folder);
  return output != NULL;
}

SuturePackage *
suture_package_open (const char *path, GError **error)
{
  g_autoptr (SuturePackage) self = g_new0 (SuturePackage, 1);
  g_autofree char *pre_depends = NULL;
  g_autofree char *depends = NULL;
  char *blank;

  self->path = g_canonicalize_filename (path, NULL);
  self->foreign = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->scripts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if ((self->name = field (self->path, "Package", error)) == NULL
      || (self->version = field (self->path, "Version", error)) == NULL
      || (self->source = field (self->path, "Source", error)) == NULL
      || (self->architecture = field (self->path, "Architecture", error)) == NULL
      || (pre_depends = field (self->path, "Pre-Depends", error)) == NULL
      || (depends = field (self->path, "Depends", error)) == NULL || !list_foreign (self, error)
      || !read_scripts (self, error))
    return NULL;
  self->depends = g_strdup_printf ("%s, %s", pre_depends, depends);
  /* "Source: openssl (3.0.22-1)" where the versions differ, nothing where the names are the same */
  blank = strchr (self->source, ' ');
  if (blank != NULL)
    *blank = '\0';
  if (*self->source == '\0')
    {
      g_free (self->source);
      self->source = g_strdup (self->name);
    }
  return g_steal_pointer (&self);
}

void
suture_package_free (SuturePackage *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->name);
  g_free (self->version);
  g_free (self->source);
  g_free (self->architecture);
  g_free (self->depends);
  g_clear_pointer (&self->foreign, g_hash_table_unref);
  g_clear_pointer (&self->scripts, g_hash_table_unref);
  g_free (self);
}

gboolean
suture_package_unpack (const SuturePackage *self, const char *work, const char *tree, GError **error)
{
  /* a folder of its own, still empty: what another package has put there can't lead anywhere */
  g_autofree char *folder = suture_tree_make (work, error);
  const char *const argv[] = { "dpkg-deb", "-x", self->path, folder, NULL };
  g_autofree char *output = folder != NULL ? suture_run (argv, error) : NULL;
  gboolean good = output != NULL && suture_tree_merge (folder, tree, error);

  if (folder == NULL)
    return FALSE;
  if (!good)
    g_prefix_error (error, "%s: ", self->path);
  suture_tree_remove (folder);
  return good;
}

const char *
suture_package_systemd_architecture (const SuturePackage *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (architectures); i++)
    if (g_str_equal (architectures[i].debian, self->architecture))
      return architectures[i].systemd;
  return NULL;
}

GPtrArray *
suture_package_get_siblings (const SuturePackage *self)
{
  GPtrArray *siblings = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit_set (self->depends, ",|", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      g_autoptr (GRegex) regex = g_regex_new ("^\\s*([a-z0-9][a-z0-9+.-]*)(?::\\w+)?\\s*\\(\\s*=\\s*(\\S+?)\\s*\\)", 0, 0,
                                              NULL);
      g_autoptr (GMatchInfo) match = NULL;
      g_autofree char *version = NULL;

      if (!g_regex_match (regex, parts[i], 0, &match))
        continue;
      version = g_match_info_fetch (match, 2);
      if (g_str_equal (version, self->version))
        g_ptr_array_add (siblings, g_match_info_fetch (match, 1));
    }
  return siblings;
}
