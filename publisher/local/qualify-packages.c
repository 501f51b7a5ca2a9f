/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/qualify.h"

#include "local/dpkg.h"
#include "local/scripts.h"

/* The new package's, which dpkg would run (deb-postinst(5)); what removes it is run by a later change only. */
static const char *const run[] = { "preinst", "postinst", "config", NULL };

/* Below /usr; lists have it with a slash before usr, sums without. */
#define HOOKS "usr/share/initramfs-tools/"
#define DRACUT "usr/lib/dracut/"

static gboolean
check_script (
    const char *dpkg, const SutureUpgrade *upgrade, const char *name, SutureObstacle **obstacle, GError **error)
{
  g_autofree char *old = NULL, *fixed = NULL;
  g_autofree char *old_text = NULL, *text = NULL;
  gboolean reach = FALSE;

  if (!suture_dpkg_read_info (dpkg, upgrade, name, &old_text, error)
      || !suture_dpkg_read_control (upgrade, name, &text, error))
    return FALSE;
  old = suture_scripts_strip (old_text);
  fixed = suture_scripts_strip (text);
  if (!suture_scripts_reach (fixed, upgrade->old_version, &reach, error))
    return FALSE;
  if (reach || !g_str_equal (old, fixed) || suture_scripts_find_always (fixed) != NULL)
    *obstacle = suture_obstacle_new ("script", upgrade->name);
  return TRUE;
}

static gboolean
check_scripts (const char *dpkg, const SutureUpgrade *upgrade, SutureObstacle **obstacle, GError **error)
{
  for (gsize i = 0; run[i] != NULL && *obstacle == NULL; i++)
    if (!check_script (dpkg, upgrade, run[i], obstacle, error))
      return FALSE;
  return TRUE;
}

/* The paths in a package's file conffiles: one a line, maybe behind a word that only "remove-on-upgrade" is by now. */
static GHashTable *
conffile_names (const char *text)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0')
      g_hash_table_add (names, g_strdup (lines[i]));
  return names;
}

/* A key of @a that is not one of @b; NULL for none. */
static const char *
find_other (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (b, key))
      return strchr (key, '/') != NULL ? strchr (key, '/') : key;
  return NULL;
}

static gboolean
check_conffiles (const char *dpkg, const SutureUpgrade *upgrade, SutureObstacle **obstacle, GError **error)
{
  g_autoptr (GHashTable) old = suture_dpkg_read_conffiles (dpkg, upgrade, error);
  g_autoptr (GHashTable) fixed = NULL;
  g_autofree char *text = NULL;
  const char *other;

  if (old == NULL || !suture_dpkg_read_control (upgrade, "conffiles", &text, error))
    return FALSE;
  fixed = conffile_names (text);
  other = find_other (fixed, old);
  if (other == NULL)
    other = find_other (old, fixed);
  if (other != NULL)
    *obstacle = suture_obstacle_new ("conffile", other);
  return TRUE;
}

/* "interest-noawait /usr/share/x" → that; NULL for a line that begins otherwise. Static in @line. */
static const char *
trigger_name (const char *line, const char *directive)
{
  const char *blank = strchr (line, ' ');

  return g_str_has_prefix (line, directive) && blank != NULL ? blank + 1 : NULL;
}

static GHashTable *
trigger_names (const char *text, const char *directive)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *stripped = suture_scripts_strip (text);
  g_auto (GStrv) lines = g_strsplit (stripped, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (trigger_name (lines[i], directive) != NULL)
      g_hash_table_add (names, g_strdup (trigger_name (lines[i], directive)));
  return names;
}

/* Made out of what no package changes: the certificates that are in use. */
static const char *const independent[] = { "update-ca-certificates-java", "update-ca-certificates-java-fresh", NULL };

/* Whether a package is interested in the trigger @name: dpkg has a file of each name (deb-triggers(5)). Below a path the
 * files that change decide; so does ldconfig's, as a library may be new (both in qualify-changes.c). What only the script
 * knows, $NAME, counts as one that is. */
static gboolean
is_awaited (const char *dpkg, const char *name, gboolean *awaited, GError **error)
{
  g_autofree char *file = g_build_filename ("triggers", name, NULL);
  g_auto (GStrv) lines = NULL;

  *awaited = *name == '$';
  if (*awaited || strchr (name, '/') != NULL || g_str_equal (name, "ldconfig") || g_strv_contains (independent, name))
    return TRUE;
  lines = suture_dpkg_read_lines (dpkg, file, error);
  *awaited = lines != NULL && lines[0] != NULL && *lines[0] != '\0';
  return lines != NULL;
}

/* Those of the file triggers, and of postinst. */
static gboolean
check_activations (const char *dpkg, GHashTable *names, SutureObstacle **obstacle, GError **error)
{
  GHashTableIter iter;
  gpointer name;
  gboolean awaited = FALSE;

  g_hash_table_iter_init (&iter, names);
  while (!awaited && g_hash_table_iter_next (&iter, &name, NULL))
    if (!is_awaited (dpkg, name, &awaited, error))
      return FALSE;
  if (awaited)
    *obstacle = suture_obstacle_new (g_str_equal (name, "update-initramfs") ? "boot" : "trigger", name);
  return TRUE;
}

static gboolean
check_triggers (const char *dpkg, const SutureUpgrade *upgrade, SutureObstacle **obstacle, GError **error)
{
  g_autoptr (GHashTable) old = NULL;
  g_autoptr (GHashTable) fixed = NULL;
  g_autoptr (GHashTable) activated = NULL;
  g_autoptr (GHashTable) called = NULL;
  g_autofree char *old_text = NULL, *text = NULL, *script = NULL, *stripped = NULL;
  const char *other;

  if (!suture_dpkg_read_info (dpkg, upgrade, "triggers", &old_text, error)
      || !suture_dpkg_read_control (upgrade, "triggers", &text, error)
      || !suture_dpkg_read_control (upgrade, "postinst", &script, error))
    return FALSE;
  old = trigger_names (old_text, "interest");
  fixed = trigger_names (text, "interest");
  activated = trigger_names (text, "activate");
  stripped = suture_scripts_strip (script);
  called = suture_scripts_list_triggers (stripped);
  /* a new interest is activated when it comes */
  other = find_other (fixed, old);
  if (other != NULL)
    *obstacle = suture_obstacle_new ("trigger", other);
  return *obstacle != NULL
         || (check_activations (dpkg, activated, obstacle, error)
             && (*obstacle != NULL || check_activations (dpkg, called, obstacle, error)));
}

/* What has a part in the initramfs is used before any improvement is merged, as a copy that stays as it is. */
static gboolean
check_initramfs (const char *dpkg, const SutureUpgrade *upgrade, SutureObstacle **obstacle, GError **error)
{
  g_autofree char *list = NULL;
  g_autofree char *sums = NULL;

  if (!suture_dpkg_read_info (dpkg, upgrade, "list", &list, error)
      || !suture_dpkg_read_control (upgrade, "md5sums", &sums, error))
    return FALSE;
  if ((list != NULL && (strstr (list, "\n/" HOOKS) != NULL || strstr (list, "\n/" DRACUT) != NULL))
      || (sums != NULL && (strstr (sums, "  " HOOKS) != NULL || strstr (sums, "  " DRACUT) != NULL)))
    *obstacle = suture_obstacle_new ("boot", upgrade->name);
  return TRUE;
}

gboolean
suture_qualify_packages (const char *dpkg, GPtrArray *upgrades, SutureObstacle **obstacle, GError **error)
{
  *obstacle = NULL;
  for (guint i = 0; i < upgrades->len && *obstacle == NULL; i++)
    {
      const SutureUpgrade *upgrade = g_ptr_array_index (upgrades, i);

      if (!check_initramfs (dpkg, upgrade, obstacle, error)
          || (*obstacle == NULL && !check_conffiles (dpkg, upgrade, obstacle, error))
          || (*obstacle == NULL && !check_scripts (dpkg, upgrade, obstacle, error))
          || (*obstacle == NULL && !check_triggers (dpkg, upgrade, obstacle, error)))
        {
          g_prefix_error (error, "%s: ", upgrade->name);
          return FALSE;
        }
    }
  return TRUE;
}
