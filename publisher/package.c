/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "package.h"

#include "base/error.h"
#include "base/file.h"
#include "run.h"
#include "tree.h"

#define CONTROL_MAX (1024 * 1024) /* bytes of a file in a package's control part */
#define NAME "[a-z0-9][a-z0-9+.-]+"        /* deb-control(5) */
#define VERSION "[0-9][A-Za-z0-9.+~:-]*"   /* deb-version(7) */

static const struct
{
  const char *debian;
  const char *systemd;
} architectures[] = {
  { "amd64", "x86-64" },     { "arm64", "arm64" },  { "i386", "x86" },        { "armhf", "arm" },  { "armel", "arm" },
  { "ppc64el", "ppc64-le" }, { "s390x", "s390x" },  { "riscv64", "riscv64" }, { "mips64el", "mips64-le" },
};

const char *const suture_package_scripts[]
    = { "preinst", "postinst", "prerm", "postrm", "config", "triggers", NULL };

static gboolean G_GNUC_PRINTF (2, 3)
wrong (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  (void) suture_error_set_about (error, SUTURE_ERROR_MALFORMED, "its control file", format, args);
  va_end (args);
  return FALSE;
}

/* The fields of a binary package's control file (deb-control(5)): lower-case name → value in one line. */
static GHashTable *
parse_control (const char *text, GError **error)
{
  g_autoptr (GHashTable) fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GRegex) fold = g_regex_new ("\\n[ \\t]+", G_REGEX_RAW, 0, NULL);
  g_autofree char *unfolded = g_regex_replace_literal (fold, text, -1, 0, " ", 0, error);
  g_auto (GStrv) lines = unfolded != NULL ? g_strsplit (g_strchomp (unfolded), "\n", -1) : NULL;

  for (gsize i = 0; lines != NULL && lines[i] != NULL; i++)
    {
      const char *colon = strchr (lines[i], ':');
      g_autofree char *name = colon != NULL ? g_ascii_strdown (lines[i], colon - lines[i]) : NULL;

      if (name == NULL)
        return wrong (error, "has a line that is no field"), NULL;
      if (g_hash_table_contains (fields, name))
        return wrong (error, "has the field %s twice", name), NULL;
      g_hash_table_insert (fields, g_steal_pointer (&name), g_strstrip (g_strdup (colon + 1)));
    }
  return lines != NULL ? g_steal_pointer (&fields) : NULL;
}

/* What stands in the first parentheses of @pattern, which the value of @field has to be. */
static gboolean
take (GHashTable *fields, const char *field, const char *pattern, char **value, GError **error)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_RAW, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  const char *text = g_hash_table_lookup (fields, field);

  if (text == NULL || !g_regex_match (regex, text, 0, &match))
    return wrong (error, "has no valid field %s", field);
  g_free (*value);
  *value = g_match_info_fetch (match, 1);
  return TRUE;
}

/* "Source: openssl (3.0.22-1)" where the versions differ, nothing where the names are the same. */
static gboolean
take_source (SuturePackage *self, GHashTable *fields, GError **error)
{
  const char *text = g_hash_table_lookup (fields, "source");

  return take (fields, "source", "^(" NAME ")(?: +\\(" VERSION "\\))?\\z", &self->source, error)
         && (strchr (text, '(') == NULL
             || take (fields, "source", "\\((" VERSION ")\\)\\z", &self->source_version, error));
}

static gboolean
take_fields (SuturePackage *self, GHashTable *fields, GError **error)
{
  const char *pre_depends = g_hash_table_lookup (fields, "pre-depends");
  const char *depends = g_hash_table_lookup (fields, "depends");

  self->depends = g_strdup_printf ("%s, %s", pre_depends != NULL ? pre_depends : "", depends != NULL ? depends : "");
  if (!take (fields, "package", "^(" NAME ")\\z", &self->name, error)
      || !take (fields, "version", "^(" VERSION ")\\z", &self->version, error)
      || !take (fields, "architecture", "^([a-z0-9][a-z0-9-]*)\\z", &self->architecture, error))
    return FALSE;
  self->source = g_strdup (self->name);
  self->source_version = g_strdup (self->version);
  return !g_hash_table_contains (fields, "source") || take_source (self, fields, error);
}

/* Whatever a package has in its control part: only regular files are read, and only so much of them. */
static gboolean
read_control (SuturePackage *self, const char *folder, GError **error)
{
  g_auto (SutureFd) fd = suture_file_open_folder (folder, 0, error);
  g_autoptr (GBytes) control = fd >= 0 ? suture_file_read (fd, "control", CONTROL_MAX, error) : NULL;
  g_autofree char *text
      = control != NULL ? g_strndup (g_bytes_get_data (control, NULL), g_bytes_get_size (control)) : NULL;
  g_autoptr (GHashTable) fields = text != NULL ? parse_control (text, error) : NULL;

  if (fields == NULL || !take_fields (self, fields, error))
    return FALSE;
  for (gsize i = 0; suture_package_scripts[i] != NULL; i++)
    {
      g_autoptr (GError) why = NULL;
      GBytes *script = suture_file_read (fd, suture_package_scripts[i], CONTROL_MAX, &why);

      if (script != NULL)
        g_hash_table_insert (self->scripts, (gpointer) suture_package_scripts[i], script);
      else if (!g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
    }
  return TRUE;
}

/* dpkg-deb -f and -I would do, but unpack into /tmp and open what lies there. */
static gboolean
unpack_control (SuturePackage *self, const char *work, GError **error)
{
  g_autofree char *folder = suture_tree_make (work, error);
  const char *const argv[] = { "dpkg-deb", "-e", self->path, folder, NULL };
  g_autofree char *output = folder != NULL ? suture_run (argv, error) : NULL;
  gboolean good = output != NULL && read_control (self, folder, error);

  if (folder != NULL)
    suture_tree_remove (folder);
  return good;
}

SuturePackage *
suture_package_open (const char *path, const char *work, GError **error)
{
  g_autoptr (SuturePackage) self = g_new0 (SuturePackage, 1);

  self->path = g_canonicalize_filename (path, NULL);
  self->scripts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_bytes_unref);
  if (unpack_control (self, work, error))
    return g_steal_pointer (&self);
  g_prefix_error (error, "%s: ", self->path);
  return NULL;
}

SuturePackage *
suture_package_open_installed (const char *called, GError **error)
{
  const char *const argv[] = { "dpkg-query", "--status", called, NULL };
  g_autoptr (SuturePackage) self = g_new0 (SuturePackage, 1);
  g_autofree char *text = suture_run (argv, error);
  g_autoptr (GHashTable) fields = text != NULL ? parse_control (text, error) : NULL;

  if (fields != NULL && take_fields (self, fields, error))
    return g_steal_pointer (&self);
  g_prefix_error (error, "%s: ", called);
  return NULL;
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
  g_free (self->source_version);
  g_free (self->architecture);
  g_free (self->depends);
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
  return suture_package_systemd_name (self->architecture);
}

const char *
suture_package_systemd_name (const char *architecture)
{
  for (gsize i = 0; i < G_N_ELEMENTS (architectures); i++)
    if (g_str_equal (architectures[i].debian, architecture))
      return architectures[i].systemd;
  return NULL;
}

GHashTable *
suture_package_get_exact (const SuturePackage *self)
{
  GHashTable *exact = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GRegex) regex
      = g_regex_new ("^\\s*(" NAME ")(?::\\w+)?\\s*\\(\\s*=\\s*(\\S+?)\\s*\\)", G_REGEX_RAW, 0, NULL);
  g_auto (GStrv) parts = g_strsplit_set (self->depends, ",|", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      g_autoptr (GMatchInfo) match = NULL;

      if (g_regex_match (regex, parts[i], 0, &match))
        g_hash_table_insert (exact, g_match_info_fetch (match, 1), g_match_info_fetch (match, 2));
    }
  return exact;
}

void
suture_package_append_label (GString *label, const char *name, const char *version)
{
  g_string_append_printf (label, "%s%s %s", label->len > 0 ? ", " : "", name, version);
}

gboolean
suture_package_is_later (const char *version, const char *other, gboolean *later, GError **error)
{
  const char *const argv[] = { "dpkg", "--compare-versions", version, "gt", other, NULL };
  g_autoptr (GError) why = NULL;
  g_autofree char *output = suture_run (argv, &why);

  *later = output != NULL;
  /* it says no by failing */
  if (output != NULL || g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_FAILED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
suture_package_is_newer (const SuturePackage *self, const SuturePackage *other, gboolean *newer, GError **error)
{
  return suture_package_is_later (self->version, other->version, newer, error);
}
