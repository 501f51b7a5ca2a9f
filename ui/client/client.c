/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Knows the helper: follows its name, copies what it publishes and keeps the copy while it is away. */
#include "client/client-private.h"

#include "base/error.h"
#include "suture-dbus.h"

#define BUS_NAME "org.suture.Helper1"
#define OBJECT_PATH "/org/suture/Helper1"
#define RECOVERY_SECONDS 5 /* a helper that is back has this long to say that it goes on with an operation */
#define RESTARTS_MAX 3     /* how often a helper that is lost with work open is started again */

struct _SutureClient
{
  GObject parent_instance;
  gboolean interactive;
  SutureDBusHelper1 *helper;    /* for life, follows the name (owned) (nullable) */
  GDBusObjectManager *objects;  /* of the present owner of the name (owned) (nullable) */
  GCancellable *loading;        /* of the manager that is being made (owned) (nullable) */
  GTask *connecting;            /* (owned) (nullable) */
  GError *error;                /* (owned) (nullable) */
  SutureFacts *facts;           /* (owned) */
  GListStore *improvements;     /* of SutureImprovement (owned) */
  GListStore *feeds;            /* of SutureFeed (owned) */
  GHashTable *paths;            /* object path → SutureImprovement or SutureFeed (owned) */
  SutureOperations *operations; /* (owned) */
  guint settle_source;
  guint restarts;
};

G_DEFINE_FINAL_TYPE (SutureClient, suture_client, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
emit_changed (SutureClient *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static gboolean
on_settle_last (gpointer user_data)
{
  SutureClient *self = user_data;

  self->settle_source = 0;
  suture_operations_settle (self->operations, self->facts, TRUE);
  return G_SOURCE_REMOVE;
}

void
suture_client_settle (SutureClient *self)
{
  g_autoptr (SutureClient) guard = g_object_ref (self);

  if (!suture_operations_settle (self->operations, self->facts, FALSE) || self->settle_source != 0)
    return;
  self->settle_source = g_timeout_add_seconds (RECOVERY_SECONDS, on_settle_last, self);
}

/* The helper's own properties, when it is there: without an owner the proxy has none. */
static void
refresh_facts (SutureClient *self)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (self->helper));

  if (owner == NULL || self->objects == NULL)
    return;
  suture_client_read_facts (self->facts, G_DBUS_PROXY (self->helper));
  suture_client_settle (self);
  emit_changed (self);
}

static GVariant *
dup_properties (GDBusProxy *proxy)
{
  g_auto (GStrv) names = g_dbus_proxy_get_cached_property_names (proxy);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autoptr (GVariant) value = g_dbus_proxy_get_cached_property (proxy, names[i]);

      g_variant_dict_insert_value (&dict, names[i], value);
    }
  return g_variant_dict_end (&dict);
}

static int
by_title (gconstpointer a, gconstpointer b, gpointer user_data)
{
  SutureImprovement *left = (SutureImprovement *) a;
  SutureImprovement *right = (SutureImprovement *) b;
  int order = g_utf8_collate (suture_improvement_get_title (left), suture_improvement_get_title (right));

  if (order != 0)
    return order;
  return g_strcmp0 (suture_improvement_get_facts (left)->id, suture_improvement_get_facts (right)->id);
}

static int
by_name (gconstpointer a, gconstpointer b, gpointer user_data)
{
  return g_strcmp0 (suture_feed_get_facts ((SutureFeed *) a)->name, suture_feed_get_facts ((SutureFeed *) b)->name);
}

/* What is in @proxy, as a @type in @list. */
static void
take_properties (SutureClient *self, const char *path, GDBusProxy *proxy, GType type, GListStore *list, GCompareDataFunc compare)
{
  SutureCopy *known = g_hash_table_lookup (self->paths, path);
  GVariant *properties = dup_properties (proxy);

  if (known != NULL)
    {
      suture_copy_update (known, properties);
      return;
    }
  known = suture_copy_new (type, properties);
  g_hash_table_insert (self->paths, g_strdup (path), known);
  g_list_store_insert_sorted (list, known, compare, NULL);
}

static void
take_object (SutureClient *self, GDBusObject *object)
{
  const char *path = g_dbus_object_get_object_path (object);
  SutureDBusImprovement1 *improvement = suture_dbus_object_peek_improvement1 (SUTURE_DBUS_OBJECT (object));
  SutureDBusFeed1 *feed = suture_dbus_object_peek_feed1 (SUTURE_DBUS_OBJECT (object));

  if (feed != NULL)
    take_properties (self, path, G_DBUS_PROXY (feed), SUTURE_TYPE_FEED, self->feeds, by_name);
  else if (improvement != NULL)
    take_properties (self, path, G_DBUS_PROXY (improvement), SUTURE_TYPE_IMPROVEMENT, self->improvements, by_title);
}

static void
drop_path (SutureClient *self, const char *path)
{
  GObject *known = g_hash_table_lookup (self->paths, path);
  GListStore *list = known != NULL && SUTURE_IS_FEED (known) ? self->feeds : self->improvements;
  guint position = 0;

  if (known != NULL && g_list_store_find (list, known, &position))
    g_list_store_remove (list, position);
  g_hash_table_remove (self->paths, path);
}

static void
on_object_added (GDBusObjectManager *objects, GDBusObject *object, SutureClient *self)
{
  take_object (self, object);
  emit_changed (self);
}

static void
on_object_removed (GDBusObjectManager *objects, GDBusObject *object, SutureClient *self)
{
  g_autofree char *owner = g_dbus_object_manager_client_get_name_owner (G_DBUS_OBJECT_MANAGER_CLIENT (objects));

  /* A helper that leaves takes its objects with it, but what they said stays true. */
  if (owner == NULL)
    return;
  drop_path (self, g_dbus_object_get_object_path (object));
  emit_changed (self);
}

static void
on_object_changed (GDBusObjectManagerClient *objects, GDBusObjectProxy *object, GDBusProxy *proxy, GVariant *changed,
                   const char *const *invalidated, SutureClient *self)
{
  g_autofree char *owner = g_dbus_object_manager_client_get_name_owner (objects);

  if (owner == NULL)
    return;
  take_object (self, G_DBUS_OBJECT (object));
  emit_changed (self);
}

static void
take_all_objects (SutureClient *self)
{
  g_autolist (GDBusObject) all = g_dbus_object_manager_get_objects (self->objects);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter each;
  gpointer path = NULL;

  g_hash_table_iter_init (&each, self->paths);
  while (g_hash_table_iter_next (&each, &path, NULL))
    {
      g_autoptr (GDBusObject) object = g_dbus_object_manager_get_object (self->objects, path);

      if (object == NULL)
        g_ptr_array_add (gone, g_strdup (path));
    }
  for (guint i = 0; i < gone->len; i++)
    drop_path (self, g_ptr_array_index (gone, i));
  for (GList *at = all; at != NULL; at = at->next)
    take_object (self, at->data);
}

static void
set_error (SutureClient *self, GError *error)
{
  g_clear_error (&self->error);
  self->error = error;
}

static void
finish_connecting (SutureClient *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->connecting);

  if (task == NULL)
    return;
  if (self->error != NULL)
    g_task_return_error (task, g_error_copy (self->error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_manager_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureClient) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusObjectManager) objects = suture_dbus_object_manager_client_new_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->loading);
  if (objects == NULL)
    {
      set_error (self, suture_client_translate_error (g_steal_pointer (&error)));
      emit_changed (self);
    }
  else
    {
      set_error (self, NULL);
      self->objects = g_steal_pointer (&objects);
      g_signal_connect_object (self->objects, "object-added", G_CALLBACK (on_object_added), self, 0);
      g_signal_connect_object (self->objects, "object-removed", G_CALLBACK (on_object_removed), self, 0);
      g_signal_connect_object (self->objects, "interface-proxy-properties-changed", G_CALLBACK (on_object_changed),
                               self, 0);
      take_all_objects (self);
      refresh_facts (self);
    }
  finish_connecting (self);
}

static void
drop_manager (SutureClient *self)
{
  if (self->loading != NULL)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  if (self->objects != NULL)
    g_signal_handlers_disconnect_by_data (self->objects, self);
  g_clear_object (&self->objects);
}

/* The bus starts the helper when somebody asks it something. */
static void
start_again (SutureClient *self)
{
  self->restarts++;
  g_dbus_connection_call (g_dbus_proxy_get_connection (G_DBUS_PROXY (self->helper)), BUS_NAME, OBJECT_PATH,
                          "org.freedesktop.DBus.Peer", "Ping", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL,
                          NULL);
}

static void
on_owner_gone (SutureClient *self)
{
  g_autoptr (GError) lost = NULL;

  drop_manager (self);
  if (suture_operations_is_empty (self->operations))
    return;
  suture_operations_helper_left (self->operations);
  if (self->restarts < RESTARTS_MAX)
    {
      start_again (self);
      return;
    }
  lost = g_error_new (SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "the helper ended in the middle again and again");
  suture_operations_fail (self->operations, lost);
}

static void
on_owner_changed (SutureClient *self)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (self->helper));

  if (owner == NULL)
    {
      on_owner_gone (self);
      return;
    }
  drop_manager (self);
  self->loading = g_cancellable_new ();
  suture_dbus_object_manager_client_new (g_dbus_proxy_get_connection (G_DBUS_PROXY (self->helper)),
                                         G_DBUS_OBJECT_MANAGER_CLIENT_FLAGS_DO_NOT_AUTO_START, BUS_NAME, OBJECT_PATH,
                                         self->loading, on_manager_ready, g_object_ref (self));
}

static void
on_helper_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureClient) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *owner = NULL;

  self->helper = suture_dbus_helper1_proxy_new_for_bus_finish (result, &error);
  if (self->helper == NULL)
    {
      set_error (self, suture_client_translate_error (g_steal_pointer (&error)));
      emit_changed (self);
      finish_connecting (self);
      return;
    }
  g_signal_connect_object (self->helper, "notify::g-name-owner", G_CALLBACK (on_owner_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->helper, "g-properties-changed", G_CALLBACK (refresh_facts), self, G_CONNECT_SWAPPED);
  owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (self->helper));
  if (owner != NULL)
    {
      on_owner_changed (self);
      return;
    }
  emit_changed (self);
  finish_connecting (self);
}

static void
suture_client_dispose (GObject *object)
{
  SutureClient *self = SUTURE_CLIENT (object);

  drop_manager (self);
  g_clear_handle_id (&self->settle_source, g_source_remove);
  g_clear_object (&self->helper);
  G_OBJECT_CLASS (suture_client_parent_class)->dispose (object);
}

static void
suture_client_finalize (GObject *object)
{
  SutureClient *self = SUTURE_CLIENT (object);

  g_clear_error (&self->error);
  suture_facts_free (self->facts);
  g_clear_object (&self->improvements);
  g_clear_object (&self->feeds);
  g_hash_table_unref (self->paths);
  suture_operations_free (self->operations);
  G_OBJECT_CLASS (suture_client_parent_class)->finalize (object);
}

static void
suture_client_class_init (SutureClientClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = suture_client_dispose;
  G_OBJECT_CLASS (klass)->finalize = suture_client_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", SUTURE_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
}

static void
suture_client_init (SutureClient *self)
{
  /* This also registers the domain: before, GDBus would not map org.suture.Error.NAME to it. */
  self->error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "the helper could not be reached");
  self->facts = suture_facts_new ();
  self->improvements = g_list_store_new (SUTURE_TYPE_IMPROVEMENT);
  self->feeds = g_list_store_new (SUTURE_TYPE_FEED);
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->operations = suture_operations_new ();
}

SutureClient *
suture_client_new (gboolean interactive)
{
  SutureClient *self = g_object_new (SUTURE_TYPE_CLIENT, NULL);

  self->interactive = interactive;
  return self;
}

void
suture_client_connect_async (SutureClient *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->connecting == NULL && self->helper == NULL);
  self->connecting = g_task_new (self, NULL, callback, user_data);
  suture_dbus_helper1_proxy_new_for_bus (G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_NONE, BUS_NAME, OBJECT_PATH, NULL,
                                         on_helper_ready, g_object_ref (self));
}

gboolean
suture_client_connect_finish (SutureClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

const GError *
suture_client_get_error (SutureClient *self)
{
  return self->error;
}

const SutureFacts *
suture_client_get_facts (SutureClient *self)
{
  return self->facts;
}

GListModel *
suture_client_get_improvements (SutureClient *self)
{
  return G_LIST_MODEL (self->improvements);
}

SutureImprovement *
suture_client_find (SutureClient *self, const char *id)
{
  GHashTableIter each;
  gpointer improvement = NULL;

  g_hash_table_iter_init (&each, self->paths);
  while (g_hash_table_iter_next (&each, NULL, &improvement))
    if (SUTURE_IS_IMPROVEMENT (improvement)
        && g_strcmp0 (suture_improvement_get_facts (improvement)->id, id) == 0)
      return improvement;
  return NULL;
}

GListModel *
suture_client_get_feeds (SutureClient *self)
{
  return G_LIST_MODEL (self->feeds);
}

SutureFeed *
suture_client_find_feed (SutureClient *self, const char *name)
{
  GHashTableIter each;
  gpointer feed = NULL;

  g_hash_table_iter_init (&each, self->paths);
  while (g_hash_table_iter_next (&each, NULL, &feed))
    if (SUTURE_IS_FEED (feed) && g_strcmp0 (suture_feed_get_facts (feed)->name, name) == 0)
      return feed;
  return NULL;
}

GDBusProxy *
suture_client_get_proxy (SutureClient *self)
{
  return G_DBUS_PROXY (self->helper);
}

gboolean
suture_client_is_interactive (SutureClient *self)
{
  return self->interactive;
}

SutureOperations *
suture_client_get_operations (SutureClient *self)
{
  return self->operations;
}
