/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/config.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "base/paths.h"
#include "feed/metadata.h"

#define CONFIG_MAX 65536 /* bytes */
#define URL_MAX 1024     /* bytes */
#define URL_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/%[]"
#define SUFFIX ".conf"
#define ROOT_SUFFIX ".root.json"
#define GROUP "Feed"

void
suture_feed_config_free (SutureFeedConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->url);
  g_strfreev (self->components);
  g_clear_pointer (&self->root, g_bytes_unref);
  g_clear_error (&self->fault);
  g_free (self);
}

void
suture_feed_configs_free (SutureFeedConfigs *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->usable);
  g_ptr_array_unref (self->faulty);
  g_clear_error (&self->fault);
  g_free (self);
}

/* https, a host, and nothing but a path behind it: no user information that a log could show, no query. */
static gboolean
url_is_valid (const char *url)
{
  gboolean plain = strlen (url) <= URL_MAX && strspn (url, URL_CHARACTERS) == strlen (url);
  g_autoptr (GUri) uri = plain ? g_uri_parse (url, G_URI_FLAGS_HAS_PASSWORD, NULL) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  return host != NULL && *host != '\0' && g_str_equal (g_uri_get_scheme (uri), "https")
         && g_uri_get_userinfo (uri) == NULL && g_uri_get_query (uri) == NULL && g_uri_get_fragment (uri) == NULL;
}

static gboolean
check_keys (GKeyFile *file, GError **error)
{
  static const char *const known[] = { "URL", "Kind", "Components", NULL };
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  g_auto (GStrv) keys = NULL;

  for (gsize i = 0; groups[i] != NULL; i++)
    if (!g_str_equal (groups[i], GROUP))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the group [%s] is not known", groups[i]);
        return FALSE;
      }
  keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains (known, keys[i]))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the key %s is not known", keys[i]);
        return FALSE;
      }
  return TRUE;
}

/* "openssl", or "libx*" for every component whose name begins so. A '*' alone would say what leaving it out says. */
static gboolean
pattern_is_valid (const char *pattern)
{
  gsize length = strlen (pattern);
  g_autofree char *name = g_strndup (pattern, length > 0 && pattern[length - 1] == '*' ? length - 1 : length);

  return suture_name_is_valid (name);
}

static gboolean
read_components (SutureFeedConfig *self, GKeyFile *file, GError **error)
{
  g_auto (GStrv) components = NULL;

  if (!g_key_file_has_key (file, GROUP, "Components", NULL))
    return TRUE;
  components = g_key_file_get_string_list (file, GROUP, "Components", NULL, NULL);
  if (components == NULL || components[0] == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED,
                   "Components= names none: take the line out to allow all, empty the file to switch the feed off");
      return FALSE;
    }
  for (gsize i = 0; components[i] != NULL; i++)
    if (!pattern_is_valid (g_strstrip (components[i])))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "Components= has an entry that no component can have:"
                     " it takes names, with a ';' between them, and a '*' at the end of one for all that begin so");
        return FALSE;
      }
  self->components = g_steal_pointer (&components);
  return TRUE;
}

static gboolean
read_address (SutureFeedConfig *self, GKeyFile *file, GError **error)
{
  gsize length;

  if (g_str_equal (self->name, SUTURE_FEED_LOCAL) && !self->local)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "this name is that of the feed that this computer makes itself:"
                   " rename the file, and the .root.json beside it");
      return FALSE;
    }
  if (self->local)
    {
      self->url = g_strconcat ("file://", suture_path (SUTURE_PATH_LOCAL_FEED), NULL);
      return TRUE;
    }
  self->url = g_key_file_get_string (file, GROUP, "URL", NULL);
  if (self->url == NULL || !url_is_valid (self->url))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "URL= is missing or no plain https address");
      return FALSE;
    }
  length = strlen (self->url);
  while (self->url[length - 1] == '/')
    self->url[--length] = '\0';
  return TRUE;
}

/* Kind=local, by the name that is for it, and without an address: it comes from one place. */
static gboolean
read_kind (SutureFeedConfig *self, GKeyFile *file, GError **error)
{
  g_autofree char *kind = g_key_file_get_string (file, GROUP, "Kind", NULL);
  const char *wrong = NULL;

  if (!g_key_file_has_key (file, GROUP, "Kind", NULL))
    return TRUE;
  if (g_strcmp0 (kind, SUTURE_FEED_LOCAL) != 0)
    wrong = "Kind= can only be \"local\"; a feed of a publisher has URL= and no Kind=";
  else if (!g_str_equal (self->name, SUTURE_FEED_LOCAL))
    wrong = "only the feed that is called \"local\" can be of Kind=local";
  else if (g_key_file_has_key (file, GROUP, "URL", NULL))
    wrong = "a feed of Kind=local has no URL=";
  self->local = wrong == NULL;
  if (wrong != NULL)
    g_set_error_literal (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, wrong);
  return self->local;
}

/* The scope first: it holds whatever else is wrong. A file without one says so only where nothing in it is wrong, since what is
 * wrong may have been it. */
static gboolean
read_settings (SutureFeedConfig *self, GBytes *bytes, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) why = NULL;
  gboolean ok;

  if (!g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_NONE, &why))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s", why->message);
      return FALSE;
    }
  ok = read_components (self, file, error) && check_keys (file, error) && read_kind (self, file, error)
       && read_address (self, file, error);
  self->scope_is_lost = !ok && self->components == NULL;
  return ok;
}

static GBytes *
read_file (int folder, const char *name, gsize max_length, GError **error)
{
  g_autoptr (GError) why = NULL;
  GBytes *bytes = suture_file_read (folder, name, max_length, &why);

  if (bytes != NULL)
    return bytes;
  g_set_error (error, SUTURE_ERROR, why->code, "%s (%s)", why->message,
               why->code == SUTURE_ERROR_NOT_FOUND ? "it comes from the publisher"
                                                   : "it has to be a file that everybody can read");
  return NULL;
}

static gboolean
read_root (SutureFeedConfig *self, int folder, GError **error)
{
  g_autofree char *name = g_strconcat (self->name, ROOT_SUFFIX, NULL);
  g_autoptr (SutureMetadata) root = NULL;

  self->root = read_file (folder, name, suture_metadata_max_length (SUTURE_METADATA_ROOT), error);
  if (self->root == NULL)
    return FALSE;
  root = suture_metadata_parse_root (self->root, error);
  if (root == NULL)
    g_prefix_error (error, "%s: ", name);
  return root != NULL;
}

/* Reads @file_name and what belongs to it; *off: it is empty, a feed that was switched off. */
static gboolean
read_files (SutureFeedConfig *self, const char *folder, const char *file_name, gboolean *off, GError **error)
{
  g_auto (SutureFd) fd = suture_file_open_folder (folder, 0, error);
  g_autoptr (GBytes) bytes = fd >= 0 ? read_file (fd, file_name, CONFIG_MAX, error) : NULL;

  self->scope_is_lost = TRUE; /* until it was read */
  if (bytes == NULL)
    return FALSE;
  *off = g_bytes_get_size (bytes) == 0;
  if (*off)
    return TRUE;
  if (!read_settings (self, bytes, error))
    return FALSE;
  if (!suture_name_is_valid (self->name))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "no feed can have this name");
      return FALSE;
    }
  return read_root (self, fd, error);
}

/* Reads the feed @name from @folder, faulty or not; NULL when it is switched off. */
static SutureFeedConfig *
read_feed (const char *folder, const char *name)
{
  g_autoptr (SutureFeedConfig) self = g_new0 (SutureFeedConfig, 1);
  g_autofree char *file_name = g_strconcat (name, SUFFIX, NULL);
  g_autoptr (GError) why = NULL;
  gboolean off = FALSE;

  self->name = g_strdup (name);
  if (read_files (self, folder, file_name, &off, &why))
    return off ? NULL : g_steal_pointer (&self);
  /* whatever it is, it is for those who wrote the files to mend */
  g_set_error (&self->fault, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION, "%s/%s: %s%s", folder, file_name, why->message,
               self->scope_is_lost ? " (until it is mended, nothing new comes from feeds without Components=, since it can't be"
                                     " read which components are this one's)"
                                   : "");
  g_clear_pointer (&self->url, g_free);
  g_clear_pointer (&self->root, g_bytes_unref);
  return g_steal_pointer (&self);
}

/* Adds name → @folder for every NAME.conf there; a folder that does not exist has none. */
static gboolean
scan_folder (const char *folder, GHashTable *folders, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &why);
  const char *entry;

  if (dir == NULL && g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  if (dir == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION, "%s", why->message);
      return FALSE;
    }
  while ((entry = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (entry, SUFFIX) && *entry != '.')
      g_hash_table_insert (folders, g_strndup (entry, strlen (entry) - strlen (SUFFIX)), (gpointer) folder);
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/* The one to be told: what holds up others comes first. */
static void
choose_fault (SutureFeedConfigs *self)
{
  const SutureFeedConfig *worst = NULL;

  for (guint i = 0; i < self->faulty->len; i++)
    {
      const SutureFeedConfig *config = g_ptr_array_index (self->faulty, i);

      if (worst == NULL || (config->scope_is_lost && !worst->scope_is_lost))
        worst = config;
    }
  if (worst == NULL)
    return;
  self->fault = g_error_copy (worst->fault);
  self->scope_is_lost = worst->scope_is_lost;
}

SutureFeedConfigs *
suture_feed_configs_load (void)
{
  g_autoptr (GHashTable) folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  SutureFeedConfigs *self = g_new0 (SutureFeedConfigs, 1);
  g_autoptr (GList) names = NULL;

  self->usable = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_feed_config_free);
  self->faulty = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_feed_config_free);
  if (scan_folder (suture_path (SUTURE_PATH_FEEDS_VENDOR), folders, &self->fault)
      && scan_folder (suture_path (SUTURE_PATH_FEEDS_ADMIN), folders, &self->fault))
    names = g_list_sort (g_hash_table_get_keys (folders), compare_names);
  for (GList *l = names; l != NULL; l = l->next)
    {
      SutureFeedConfig *config = read_feed (g_hash_table_lookup (folders, l->data), l->data);

      if (config != NULL)
        g_ptr_array_add (config->fault == NULL ? self->usable : self->faulty, config);
    }
  if (self->fault == NULL)
    choose_fault (self);
  return self;
}

/* Whether anything has this name, be it a link to nothing; what can't be seen does. */
static gboolean
is_taken (const char *path)
{
  struct stat status;

  return lstat (path, &status) == 0 || errno != ENOENT;
}

SutureFeedConfig *
suture_feed_config_find (const char *name, GError **error)
{
  const char *const folders[] = { suture_path (SUTURE_PATH_FEEDS_ADMIN), suture_path (SUTURE_PATH_FEEDS_VENDOR) };

  for (gsize i = 0; suture_name_is_valid (name) && i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_strconcat (folders[i], "/", name, SUFFIX, NULL);
      g_autoptr (SutureFeedConfig) config = NULL;

      if (!is_taken (path))
        continue;
      config = read_feed (folders[i], name);
      if (config == NULL)
        break;
      if (config->fault == NULL)
        return g_steal_pointer (&config);
      g_propagate_error (error, g_steal_pointer (&config->fault));
      return NULL;
    }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no feed of this name");
  return NULL;
}

gboolean
suture_feed_config_names (const SutureFeedConfig *self, const char *component)
{
  for (gsize i = 0; self->components != NULL && self->components[i] != NULL; i++)
    {
      const char *pattern = self->components[i];
      gsize length = strlen (pattern);

      if (pattern[length - 1] == '*' ? strncmp (component, pattern, length - 1) == 0 : g_str_equal (component, pattern))
        return TRUE;
    }
  return FALSE;
}

/* Whether one of @feeds (SutureFeedConfig), other than @but, names @component. */
static gboolean
is_named (GPtrArray *feeds, const char *component, const SutureFeedConfig *but)
{
  for (guint i = 0; i < feeds->len; i++)
    if (g_ptr_array_index (feeds, i) != but && suture_feed_config_names (g_ptr_array_index (feeds, i), component))
      return TRUE;
  return FALSE;
}

gboolean
suture_feed_configs_may_offer (const SutureFeedConfigs *feeds, const char *name, const char *component)
{
  for (guint i = 0; i < feeds->usable->len; i++)
    {
      const SutureFeedConfig *feed = g_ptr_array_index (feeds->usable, i);

      if (!g_str_equal (feed->name, name))
        continue;
      if (feed->components != NULL && (!feed->local || !suture_feed_config_names (feed, component)))
        return suture_feed_config_names (feed, component);
      return !is_named (feeds->usable, component, feed) && !is_named (feeds->faulty, component, feed)
             && (!feeds->scope_is_lost || feed->components != NULL);
    }
  return FALSE;
}
