/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "archive.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "run.h"
#include "tree.h"

#define WORD "[A-Za-z0-9][A-Za-z0-9._/+~-]*"
#define NAME "[a-z0-9][a-z0-9+.-]+" /* deb-control(5) */

/* apt.conf(5). Dir::Etc leads to a folder that has nothing of this computer's: no hooks, no keys, no pins, no switch that
 * would take what is not signed. The sandbox would be another user, who can't look into a publisher's folder. */
static const char config_text[]
    = "Dir \"%s\";\n"
      "Dir::Etc \"etc\";\n"
      "Dir::State \"state\";\n"
      "Dir::State::status \"%s/state/status\";\n"
      "Dir::Cache \"cache\";\n"
      "Dir::Log \"log\";\n"
      "APT::Architecture \"%s\";\n"
      "APT::Architectures { \"%s\"; };\n"
      "APT::Sandbox::User \"root\";\n"
      "APT::Update::Error-Mode \"any\";\n"
      "APT::Get::AllowUnauthenticated \"false\";\n"
      "APT::Get::List-Cleanup \"true\";\n"
      "Acquire::AllowInsecureRepositories \"false\";\n"
      "Acquire::AllowWeakRepositories \"false\";\n"
      "Acquire::AllowDowngradeToInsecureRepositories \"false\";\n"
      "Acquire::Check-Valid-Until \"true\";\n"
      "Acquire::Languages \"none\";\n"
      "Acquire::http::Timeout \"60\";\n"
      "Acquire::https::Timeout \"60\";\n";

void
suture_archive_source_clear (SutureArchiveSource *self)
{
  g_clear_pointer (&self->uri, g_free);
  g_clear_pointer (&self->suite, g_free);
  g_clear_pointer (&self->components, g_free);
  g_clear_pointer (&self->keyring, g_free);
  g_clear_pointer (&self->architecture, g_free);
}

void
suture_archive_free (SutureArchive *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self->config);
  g_free (self->name);
  g_free (self);
}

static gboolean
check (const char *what, const char *value, const char *pattern, GError **error)
{
  if (value != NULL && g_regex_match_simple (pattern, value, G_REGEX_RAW, 0))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "an archive needs %s, and this is none: \"%s\"", what,
               value != NULL ? value : "");
  return FALSE;
}

/* Nothing that would be more than one word, or an option, in sources.list. */
static gboolean
check_source (const SutureArchiveSource *source, GError **error)
{
  return check ("URI=", source->uri, "^(https?|file)://?[A-Za-z0-9._~:/%@+-]+\\z", error)
         && check ("Suite=", source->suite, "^" WORD "\\z", error)
         && check ("Components=", source->components, "^" WORD "( " WORD ")*\\z", error)
         && check ("Keyring=", source->keyring, "^/[A-Za-z0-9._/+-]+\\.(gpg|asc)\\z", error)
         && check ("Architecture=", source->architecture, "^[a-z0-9-]+\\z", error);
}

static gboolean
make_folders (SutureArchive *self, GError **error)
{
  static const char *const folders[]
      = { "etc/apt.conf.d", "etc/preferences.d", "etc/sources.list.d", "etc/trusted.gpg.d", "state/lists/partial",
          "cache/archives/partial", "log" };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, folders[i], NULL);

      if (g_mkdir_with_parents (path, 0755) < 0)
        return suture_error_set_errno (error, errno, "could not make %s", path);
    }
  return TRUE;
}

static gboolean
write_text (SutureArchive *self, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  return g_file_set_contents (path, text, -1, error);
}

SutureArchive *
suture_archive_open (const char *folder, const SutureArchiveSource *source, GError **error)
{
  g_autoptr (SutureArchive) self = g_new0 (SutureArchive, 1);
  g_autofree char *config = NULL;
  g_autofree char *list = NULL;

  if (!check_source (source, error))
    return NULL;
  if (!g_regex_match_simple ("^[^\"\\\\\\n]+\\z", folder, G_REGEX_RAW, 0))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "apt can't be given the folder %s", folder);
      return NULL;
    }
  self->folder = g_strdup (folder);
  self->config = g_build_filename (folder, "apt.conf", NULL);
  self->name = g_strdup_printf ("%s %s", source->uri, source->suite);
  config = g_strdup_printf (config_text, folder, folder, source->architecture, source->architecture);
  list = g_strdup_printf ("deb [arch=%s signed-by=%s] %s %s %s\n", source->architecture, source->keyring, source->uri,
                          source->suite, source->components);
  if (!make_folders (self, error) || !write_text (self, "state/status", "", error)
      || !write_text (self, "etc/sources.list", list, error) || !write_text (self, "apt.conf", config, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* @argv, of apt's programs, in the folder @folder. */
static char *
run_apt (SutureArchive *self, const char *const *argv, const char *folder, GError **error)
{
  char *output = suture_run_in (argv, folder, "APT_CONFIG", self->config, error);

  if (output == NULL)
    g_prefix_error (error, "%s: ", self->name);
  return output;
}

gboolean
suture_archive_update (SutureArchive *self, GError **error)
{
  const char *const argv[] = { "apt-get", "--quiet", "update", NULL };
  g_autofree char *output = run_apt (self, argv, self->folder, error);

  return output != NULL;
}

/* apt-cache(8), policy: a line "  Candidate: 2.5.0-1"; nothing at all for a name that is not known. */
char *
suture_archive_find (SutureArchive *self, const char *package, GError **error)
{
  const char *const argv[] = { "apt-cache", "policy", "--", package, NULL };
  g_autoptr (GRegex) regex
      = g_regex_new ("^  Candidate: ([0-9][A-Za-z0-9.+~:-]*)$", G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *output = NULL;

  if (!check ("packages of valid names", package, "^" NAME "\\z", error))
    return NULL;
  output = run_apt (self, argv, self->folder, error);
  return output != NULL && g_regex_match (regex, output, 0, &match) ? g_match_info_fetch (match, 1) : NULL;
}

/* The one file in @folder. */
static char *
only_file (const char *folder, GError **error)
{
  g_autoptr (GDir) entries = g_dir_open (folder, 0, error);
  const char *first = entries != NULL ? g_dir_read_name (entries) : NULL;
  char *path = first != NULL ? g_build_filename (folder, first, NULL) : NULL;

  if (path != NULL && g_dir_read_name (entries) == NULL && g_str_has_suffix (path, ".deb"))
    return path;
  g_free (path);
  if (entries != NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "apt-get download left something else than one package");
  return NULL;
}

gboolean
suture_archive_fetch (
    SutureArchive *self, const char *package, const char *version, const char *work, const char *to, GError **error)
{
  g_autofree char *folder = suture_tree_make (work, error);
  g_autofree char *wanted = g_strdup_printf ("%s=%s", package, version);
  const char *const argv[] = { "apt-get", "--quiet", "download", wanted, NULL };
  g_autofree char *output = folder != NULL ? run_apt (self, argv, folder, error) : NULL;
  g_autofree char *file = output != NULL ? only_file (folder, error) : NULL;
  gboolean good = file != NULL
                  && (g_rename (file, to) == 0 || suture_error_set_errno (error, errno, "could not move %s to %s", file, to));

  if (folder != NULL)
    suture_tree_remove (folder);
  return good;
}
