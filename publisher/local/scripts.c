/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/scripts.h"

#include <fnmatch.h>

#include "base/error.h"
#include "package.h"

#define VERSIONS_MAX 128 /* versions that one script compares with; exim4's has 30 */

/* debhelper(7) tools. What of theirs comes and goes with files that an improvement can't change does no harm, and units are
 * restarted by suture-activate. */
static const char *const harmless[] = {
  "dh_installsystemd", "dh_installsystemduser", "dh_systemd_enable",  "dh_systemd_start", "dh_installinit",
  "dh_python3",        "dh_installtmpfiles",    "dh_installsysusers", "dh_installdebconf", "dh_makeshlibs",
  NULL,
};

/* Words whose effect depends on more than an improvement brings, or that change what an improvement must not. */
static const char *const always[] = {
  "update-initramfs", "mkinitramfs", "dracut", "update-grub", "update-grub2", "grub-install", "grub-mkconfig", "depmod",
  "dkms", "kernel-install", "locale-gen", "iconvconfig", "setcap", "udevadm", "systemd-hwdb", "telinit",
  "daemon-reexec", "emacs-package-install", "mktexlsr", "fmtutil-sys", "updmap-sys", "cups-genppdupdate",
  NULL,
};

/* Caches, and other copies: who makes them, and out of what (shell patterns, in which * crosses slashes). */
static const struct
{
  const char *word;
  const char *pattern;
  gboolean is_registry;
} caches[] = {
  { "gio-querymodules", "/usr/lib/*/gio/modules/*", TRUE },
  { "gdk-pixbuf-query-loaders", "/usr/lib/*/gdk-pixbuf-2.0/*/loaders/*", TRUE },
  { "gtk-query-immodules-2.0", "/usr/lib/*/gtk-2.0/*/immodules/*", TRUE },
  { "gtk-query-immodules-3.0", "/usr/lib/*/gtk-3.0/*/immodules/*", TRUE },
  { "glib-compile-schemas", "/usr/share/glib-2.0/schemas/*", FALSE },
  { "update-ca-certificates", "/usr/share/ca-certificates/*", FALSE },
  { "gtk-update-icon-cache", "/usr/share/icons/*", TRUE },
  { "update-icon-caches", "/usr/share/icons/*", TRUE },
  { "update-mime-database", "/usr/share/mime/*", FALSE },
  { "update-desktop-database", "/usr/share/applications/*", FALSE },
  { "update-mime", "/usr/lib/mime/packages/*", FALSE },
  { "fc-cache", "/usr/share/fonts/*", FALSE },
  { "update-fonts-dir", "/usr/share/fonts/*", FALSE },
  { "update-fonts-scale", "/usr/share/fonts/*", FALSE },
  { "update-fonts-alias", "/etc/X11/fonts/*", FALSE },
  { "ucf", "/usr/share/*", FALSE }, /* it brings files of /etc up to date with what they were made from */
  { "update-gsfontmap", "/etc/ghostscript/fontmap.d/*", FALSE },
  { "update-catalog", "/usr/share/sgml/*", FALSE },
  { "update-xmlcatalog", "/usr/share/xml/*", FALSE },
};

/* Of these a cache knows date and size, and its readers look at the files themselves where those are others. */
static const char *const dated[] = { "/usr/lib/*/vlc/plugins/*", NULL };

static gboolean
is_harmless (const char *line)
{
  const char *const head = "# Automatically added by ";
  g_autofree char *tool = NULL;

  if (!g_str_has_prefix (line, head))
    return FALSE;
  tool = g_strndup (line + strlen (head), strcspn (line + strlen (head), "/"));
  return g_strv_contains (harmless, tool);
}

char *
suture_scripts_strip (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  GString *stripped = g_string_new (NULL);
  gboolean skips = FALSE;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);

      skips = skips || is_harmless (line);
      if (!skips && *line != '\0' && *line != '#')
        g_string_append_printf (stripped, "%s\n", line);
      skips = skips && !g_str_equal (line, "# End automatically added section");
    }
  return g_string_free (stripped, FALSE);
}

/* What stands in the first parentheses of @pattern, wherever it matches, into the set @found. */
static void
collect (const char *pattern, const char *text, GHashTable *found)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match (regex, text, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    g_hash_table_add (found, g_match_info_fetch (match, 1));
}

gboolean
suture_scripts_reach (const char *stripped, const char *old_version, gboolean *reach, GError **error)
{
  g_autoptr (GHashTable) versions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  /* debhelper writes 1.0\\~ for the shell's sake */
  g_auto (GStrv) parts = g_strsplit (stripped, "\\", -1);
  g_autofree char *plain = g_strjoinv ("", parts);
  GHashTableIter iter;
  gpointer version;

  /* dpkg(1) --compare-versions, and dpkg-maintscript-helper(1): COMMAND PATH… PRIOR-VERSION */
  collect ("(?<![-\\w])(?:lt|le|lt-nl|le-nl)[\"']?\\s+[\"']?([0-9][A-Za-z0-9.+~:-]*)", plain, versions);
  collect ("dpkg-maintscript-helper\\s[^;&|\\n]*?\\s[\"']?([0-9][A-Za-z0-9.+~:-]*)", plain, versions);
  *reach = g_hash_table_size (versions) > VERSIONS_MAX;
  g_hash_table_iter_init (&iter, versions);
  while (!*reach && g_hash_table_iter_next (&iter, &version, NULL))
    if (!suture_package_is_later (version, old_version, reach, error))
      return FALSE;
  return TRUE;
}

/* Whether the program or option @word stands in @text, on its own or behind a path. */
static gboolean
has_word (const char *text, const char *word)
{
  gsize length = strlen (word);

  for (const char *at = strstr (text, word); at != NULL; at = strstr (at + 1, word))
    {
      char before = at > text ? at[-1] : '\n', after = at[length];

      if (!g_ascii_isalnum (before) && strchr ("-_.+", before) == NULL && !g_ascii_isalnum (after)
          && (after == '\0' || strchr ("-_.+/", after) == NULL))
        return TRUE;
    }
  return FALSE;
}

GHashTable *
suture_scripts_list_triggers (const char *stripped)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  /* dpkg-trigger(1); what only looks whether there is such a program has another word before it */
  collect ("(?:^|[;&|] *|\\b(?:then|do|else) +)dpkg-trigger(?:\\s+-\\S+)*\\s+[\"']?([^\\s\"';&|]+)", stripped, names);
  return names;
}

const char *
suture_scripts_find_always (const char *stripped)
{
  for (gsize i = 0; always[i] != NULL; i++)
    if (has_word (stripped, always[i]))
      return always[i];
  return NULL;
}

const char *
suture_scripts_find_cache (const char *stripped, const char *path, gboolean is_new)
{
  for (gsize i = 0; i < G_N_ELEMENTS (caches); i++)
    if ((is_new || !caches[i].is_registry) && fnmatch (caches[i].pattern, path, 0) == 0
        && has_word (stripped, caches[i].word))
      return caches[i].word;
  return NULL;
}

gboolean
suture_scripts_cache_stays (const char *path, gboolean is_new)
{
  for (gsize i = 0; dated[i] != NULL; i++)
    if (fnmatch (dated[i], path, 0) == 0)
      return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (caches) && !is_new; i++)
    if (caches[i].is_registry && fnmatch (caches[i].pattern, path, 0) == 0)
      return TRUE;
  return FALSE;
}
