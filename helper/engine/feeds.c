/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/feeds.h"

#include "base/error.h"
#include "base/name.h"
#include "engine/admin-policy.h"
#include "base/paths.h"
#include "engine/local.h"
#include "engine/vault.h"
#include "feed/store.h"
#include "history/setting.h"
#include "verify/key.h"

static void
key_free (SutureFeedKey *self)
{
  g_free (self->type);
  g_free (self->fingerprint);
  g_free (self);
}

static void
feed_free (SutureFeed *self)
{
  g_free (self->name);
  g_free (self->address);
  g_free (self->origin);
  g_strfreev (self->components);
  g_ptr_array_unref (self->keys);
  g_free (self->last_error);
  g_free (self->last_message);
  g_free (self);
}

SutureFeeds *
suture_feeds_ref (SutureFeeds *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
suture_feeds_unref (SutureFeeds *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  g_ptr_array_unref (self->list);
  suture_report_free (self->report);
  g_free (self);
}

SutureFeeds *
suture_feeds_new_none (void)
{
  SutureFeeds *self = g_new0 (SutureFeeds, 1);

  g_atomic_ref_count_init (&self->count);
  self->list = g_ptr_array_new_with_free_func ((GDestroyNotify) feed_free);
  self->local_feed = "absent";
  self->report = suture_report_new_none ();
  return self;
}

const SutureFeed *
suture_feeds_find (const SutureFeeds *self, const char *name)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const SutureFeed *feed = g_ptr_array_index (self->list, i);

      if (g_str_equal (feed->name, name))
        return feed;
    }
  return NULL;
}

SutureFeedConfigs *
suture_feeds_load_used (void)
{
  SutureFeedConfigs *self = suture_feed_configs_load ();
  g_autoptr (SutureAdminPolicy) policy = suture_admin_policy_get ();

  for (guint i = self->usable->len; i > 0; i--)
    {
      SutureFeedConfig *config = g_ptr_array_index (self->usable, i - 1);

      if (suture_admin_policy_permits_feed (policy, config->name))
        continue;
      g_ptr_array_add (self->faulty, g_ptr_array_steal_index (self->usable, i - 1));
      g_set_error (&config->fault, SUTURE_ERROR, SUTURE_ERROR_MANAGED, "it is not used by the policy of this computer%s%s",
                   *policy->reason != '\0' ? ": " : "", policy->reason);
    }
  return self;
}

/* ---- what checks left ---- */

/* One setting a feed, so that it is true as a whole: lines of address, contact, version, expiry, error and sentence. */
enum
{
  LINE_ADDRESS,
  LINE_CONTACT,
  LINE_VERSION,
  LINE_EXPIRES,
  LINE_ERROR,
  LINE_MESSAGE,
  N_LINES
};

static char *
setting_of (const char *name)
{
  return g_strconcat (SUTURE_SETTING_FEED, name, NULL);
}

/* NULL when there is nothing of use. */
static char **
read_lines (SutureDatabase *database, const char *name)
{
  g_autofree char *setting = setting_of (name);
  g_autofree char *text = suture_setting_get_text (database, setting, "");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  return g_strv_length (lines) == N_LINES ? g_steal_pointer (&lines) : NULL;
}

static void
write_lines (SutureDatabase *database, const char *name, char **lines)
{
  g_autofree char *setting = setting_of (name);
  g_autofree char *text = g_strjoinv ("\n", lines);
  g_autoptr (GError) error = NULL;

  if (!suture_setting_set_text (database, setting, text, &error))
    g_message ("what the check of the feed %s found is not kept: %s", name, error->message);
}

static gint64
number_of (char **lines, int which)
{
  gint64 number = 0;

  if (lines == NULL || !g_ascii_string_to_signed (lines[which], 10, 0, G_MAXINT64, &number, NULL))
    return 0;
  return number;
}

static void
set_line (char **lines, int which, char *text)
{
  g_free (lines[which]);
  lines[which] = text;
}

static void
set_number (char **lines, int which, gint64 number)
{
  set_line (lines, which, g_strdup_printf ("%" G_GINT64_FORMAT, number));
}

void
suture_feeds_remember (SutureDatabase *database, const SutureFeedConfig *config, SutureTrust *trust, const GError *error)
{
  const SutureMetadata *timestamp = trust != NULL ? suture_trust_get (trust, "timestamp") : NULL;
  g_auto (GStrv) lines = read_lines (database, config->name);

  /* another server's past is not this one's */
  if (lines == NULL || !g_str_equal (lines[LINE_ADDRESS], config->url))
    {
      g_strfreev (lines);
      lines = g_new0 (char *, N_LINES + 1);
      set_line (lines, LINE_ADDRESS, g_strdup (config->url));
      for (int i = LINE_CONTACT; i <= LINE_EXPIRES; i++)
        set_number (lines, i, 0);
    }
  if (timestamp != NULL)
    {
      set_number (lines, LINE_CONTACT, g_get_real_time () / G_USEC_PER_SEC);
      set_number (lines, LINE_VERSION, timestamp->version);
      set_number (lines, LINE_EXPIRES, timestamp->expires);
    }
  set_line (lines, LINE_ERROR, g_strdup (error != NULL ? suture_error_to_name (error->code) : ""));
  set_line (lines, LINE_MESSAGE,
            suture_name_clean_text (error != NULL ? error->message : "", SUTURE_SENTENCE_MAX, FALSE));
  write_lines (database, config->name, lines);
}

void
suture_feeds_forget_refusal (SutureDatabase *database, const char *name)
{
  g_auto (GStrv) lines = read_lines (database, name);

  if (lines == NULL || !g_str_equal (lines[LINE_ERROR], suture_error_to_name (SUTURE_ERROR_NOT_SIGNED_IN)))
    return;
  set_line (lines, LINE_ERROR, g_strdup (""));
  set_line (lines, LINE_MESSAGE, g_strdup (""));
  write_lines (database, name, lines);
}

static char *
checked_setting (const char *name)
{
  return g_strconcat (SUTURE_SETTING_CHECKED_OF, name, NULL);
}

void
suture_feeds_remember_checked (SutureDatabase *database, const char *name, gint64 time)
{
  g_autofree char *setting = checked_setting (name);
  g_autoptr (GError) error = NULL;

  if (!suture_setting_set_number (database, setting, time, &error))
    g_message ("the time of the check of feed %s is not kept: %s", name, error->message);
}

gint64
suture_feeds_get_checked (SutureDatabase *database, const char *name, gint64 otherwise)
{
  g_autofree char *setting = checked_setting (name);

  return suture_setting_get_number (database, setting, otherwise);
}

/* ---- who signs ---- */

static void
add_key (SutureFeed *self, SutureMetadataType type, JsonObject *keys, const char *id)
{
  JsonNode *node = json_object_get_member (keys, id);
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  SutureFeedKey *key;

  if (object == NULL)
    return;
  key = g_new0 (SutureFeedKey, 1);
  key->role = suture_metadata_type_name (type);
  key->type = g_strdup (json_object_get_string_member_with_default (object, "keytype", ""));
  key->fingerprint = suture_key_compute_id (node);
  g_ptr_array_add (self->keys, key);
}

/* The root that was trusted last, or the first one where none was yet. Only read: the thread that checks may be writing. */
static SutureMetadata *
read_root (const SutureFeedConfig *config)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_TRUST), config->name, NULL);
  g_autoptr (SutureStore) store
      = g_file_test (path, G_FILE_TEST_IS_DIR) ? suture_store_open (path, NULL) : NULL;
  g_autoptr (GBytes) bytes = NULL;
  SutureMetadata *root = NULL;

  if (store != NULL && suture_store_load (store, "root", SUTURE_METADATA_ROOT, &bytes, NULL) && bytes != NULL)
    root = suture_metadata_parse_root (bytes, NULL);
  return root != NULL ? root : suture_metadata_parse_root (config->root, NULL);
}

static void
read_keys (SutureFeed *self, const SutureFeedConfig *config)
{
  g_autoptr (SutureMetadata) root = read_root (config);
  JsonObject *keys = root != NULL ? json_object_get_object_member (root->envelope->body, "keys") : NULL;

  self->root_version = root != NULL ? root->version : 0;
  for (int type = 0; keys != NULL && type < SUTURE_N_METADATA_TYPES; type++)
    for (guint i = 0; i < root->roles[type]->key_ids->len; i++)
      add_key (self, (SutureMetadataType) type, keys, g_ptr_array_index (root->roles[type]->key_ids, i));
}

/* The server that it is signed in to, or would be. */
static char *
origin_of (const SutureFeedConfig *config, const SutureCredential *credential)
{
  if (config->local)
    return g_strdup ("");
  if (config->url != NULL)
    return suture_credential_origin (config->url);
  return g_strdup (credential != NULL ? credential->origin : "");
}

/* Of one that can't be used: what was learnt when it could, and why it can't. */
static SutureFeed *
feed_new (SutureDatabase *database, const SutureFeedConfig *config)
{
  g_autoptr (SutureCredential) credential = suture_vault_load (config, NULL);
  g_auto (GStrv) lines = read_lines (database, config->name);
  SutureFeed *self = g_new0 (SutureFeed, 1);

  if (lines != NULL && config->url != NULL && !g_str_equal (lines[LINE_ADDRESS], config->url))
    g_clear_pointer (&lines, g_strfreev);
  self->name = g_strdup (config->name);
  self->local = config->local;
  self->address = g_strdup (config->url != NULL ? config->url : "");
  self->origin = origin_of (config, credential);
  self->components = config->components != NULL ? g_strdupv (config->components) : g_new0 (char *, 1);
  self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) key_free);
  if (config->fault == NULL)
    read_keys (self, config);
  self->last_contact = number_of (lines, LINE_CONTACT);
  self->version = number_of (lines, LINE_VERSION);
  self->expires = number_of (lines, LINE_EXPIRES);
  self->last_error = g_strdup (config->fault != NULL ? suture_error_to_name (config->fault->code)
                               : lines != NULL       ? lines[LINE_ERROR]
                                                     : "");
  self->last_message = config->fault != NULL ? suture_name_clean_text (config->fault->message, SUTURE_SENTENCE_MAX, FALSE)
                                             : g_strdup (lines != NULL ? lines[LINE_MESSAGE] : "");
  self->signed_in = suture_credential_kind (credential);
  return self;
}

/* A file with a name that no feed can have is said by LastError of the whole alone: nothing can be done with it here. */
static void
add_feeds (SutureFeeds *self, SutureDatabase *database, GPtrArray *configs)
{
  for (guint i = 0; i < configs->len; i++)
    {
      const SutureFeedConfig *config = g_ptr_array_index (configs, i);

      if (suture_name_is_valid (config->name))
        g_ptr_array_add (self->list, feed_new (database, config));
    }
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  const SutureFeed *const *left = a;
  const SutureFeed *const *right = b;

  return strcmp ((*left)->name, (*right)->name);
}

/* Whether the local feed is among @configs, and its program there. */
static void
read_local (SutureFeeds *self, const SutureFeedConfigs *configs)
{
  if (!suture_local_is_present ())
    return;
  self->local_feed = "off";
  for (guint i = 0; i < configs->usable->len; i++)
    if (((const SutureFeedConfig *) g_ptr_array_index (configs->usable, i))->local)
      {
        self->local_feed = "on";
        suture_report_free (self->report);
        self->report = suture_report_load ();
      }
}

SutureFeeds *
suture_feeds_new (SutureDatabase *database)
{
  SutureFeeds *self = suture_feeds_new_none ();
  g_autoptr (SutureFeedConfigs) configs = NULL;

  self->read_at = g_get_monotonic_time ();
  suture_vault_sweep ();
  configs = suture_feeds_load_used ();
  add_feeds (self, database, configs->usable);
  add_feeds (self, database, configs->faulty);
  g_ptr_array_sort (self->list, by_name);
  read_local (self, configs);
  return self;
}
