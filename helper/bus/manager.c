/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/manager.h"

#include "base/error.h"
#include "base/name.h"
#include "bus/authority.h"
#include "bus/feed.h"
#include "bus/improvement.h"
#include "bus/objects.h"
#include "bus/policy.h"
#include "suture-bus.h"

struct _SutureManager
{
  GObject parent_instance;
  SutureEngine *engine;                 /* (owned) */
  SutureAuthority *authority;           /* (owned) */
  SutureBusHelper1 *skeleton;           /* (owned) */
  GDBusObjectManagerServer *objects;    /* (owned) */
  const SutureFacts *published;         /* what the objects show; only compared, never looked into */
  gint64 feeds_published;               /* when what they show of feeds was read */
  gint64 last_use;
  guint calls; /* that wait for an answer */
};

G_DEFINE_FINAL_TYPE (SutureManager, suture_manager, G_TYPE_OBJECT)

/* One call on its way: identified, permitted, run. */
typedef struct _Call Call;
struct _Call
{
  SutureManager *manager;            /* (owned) */
  GDBusMethodInvocation *invocation; /* answered exactly once, which also frees it */
  void (*run) (Call *call);          /* when permitted */
  const char *action;                /* static */
  SuturePlan *plan;                  /* frozen before anybody was asked (owned) */
  SutureSignIn *sign_in;             /* the same (owned) */
  GError *missing;                   /* why there is no plan: told to who may know (owned) */
  const char *kind;                  /* of the operation; static */
  char *operation;                   /* (owned) */
  gboolean automatic;
  const char *turn;                  /* the local feed: "on" or "off"; NULL: another call */
  guint64 before;
  guint limit;
  guint32 user;
};

static void
call_free (Call *call)
{
  call->manager->calls--;
  call->manager->last_use = g_get_monotonic_time ();
  g_object_unref (call->manager);
  suture_plan_unref (call->plan);
  suture_sign_in_unref (call->sign_in);
  g_clear_error (&call->missing);
  g_free (call->operation);
  g_free (call);
}

static void
refuse (Call *call, const GError *error)
{
  g_dbus_method_invocation_return_gerror (call->invocation, error);
  call_free (call);
}

static void
answer (Call *call, GVariant *value)
{
  g_dbus_method_invocation_return_value (call->invocation, value);
  call_free (call);
}

static Call *
call_new (SutureManager *self, GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->manager = g_object_ref (self);
  call->invocation = invocation;
  self->calls++;
  self->last_use = g_get_monotonic_time ();
  return call;
}

static void
permitted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;

  if (!suture_authority_check_finish (SUTURE_AUTHORITY (object), result, &call->user, &error))
    refuse (call, error);
  else
    call->run (call);
}

/* What polkit's dialog may name. The texts stay @call's, or @shown's. */
static GHashTable *
details_of (Call *call, const char *shown)
{
  GHashTable *details;

  if (call->plan == NULL && call->sign_in == NULL && call->turn == NULL)
    return NULL;
  details = g_hash_table_new (g_str_hash, g_str_equal);
  if (call->turn != NULL)
    g_hash_table_insert (details, (gpointer) "turn", (gpointer) call->turn);
  else if (call->plan != NULL)
    {
      g_hash_table_insert (details, (gpointer) "improvement", call->plan->improvement);
      g_hash_table_insert (details, (gpointer) "title", (gpointer) shown);
      g_hash_table_insert (details, (gpointer) "plan", call->plan->digest);
    }
  else
    {
      g_hash_table_insert (details, (gpointer) "feed", call->sign_in->feed);
      g_hash_table_insert (details, (gpointer) "host", (gpointer) shown);
    }
  return details;
}

/* Asks for @call->action, with the plan's details where there is one. Where there is none to run, nobody is asked for a
 * password: who may, learns that there is nothing; who may not, learns what they always learn. */
static void
ask (Call *call)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (call->invocation);
  gboolean interactive = (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;
  const char *title = call->plan != NULL ? call->plan->title : call->sign_in != NULL ? call->sign_in->host : "";
  g_autofree char *shown = suture_name_without_markup (title);
  g_autoptr (GHashTable) details = details_of (call, shown);

  suture_authority_check (call->manager->authority, g_dbus_method_invocation_get_sender (call->invocation), call->action,
                          details, interactive && call->missing == NULL, permitted, call);
}

/* The action that @method needs, from the table. FALSE: the call is refused. */
static gboolean
begin (Call *call, gboolean on, void (*run) (Call *))
{
  const SuturePolicy *policy = suture_policy_find (g_dbus_method_invocation_get_method_name (call->invocation));
  g_autoptr (GError) error = NULL;

  if (policy == NULL)
    {
      error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED, "this is not allowed");
      refuse (call, error);
      return FALSE;
    }
  call->run = run;
  call->action = !on && policy->off_action != NULL ? policy->off_action : policy->action;
  return TRUE;
}

static gboolean
check_name (Call *call, const char *name)
{
  g_autoptr (GError) error = NULL;

  if (suture_name_is_valid (name))
    return TRUE;
  error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "an id is 1 to %d of a-z, 0-9, '.', '_' and '-'",
                       SUTURE_NAME_MAX);
  refuse (call, error);
  return FALSE;
}

/* ---- operations ---- */

static void
submitted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *operation = suture_engine_submit_finish (SUTURE_ENGINE (object), result, &error);

  if (operation == NULL)
    refuse (call, error);
  else
    answer (call, g_variant_new ("(s)", operation));
}

static void
run_operation (Call *call)
{
  if (call->missing != NULL)
    refuse (call, call->missing);
  else
    suture_engine_submit (call->manager->engine, call->kind, call->plan, call->user, submitted, call);
}

static gboolean
handle_check (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, SutureManager *self)
{
  Call *call = call_new (self, invocation);

  call->kind = "check";
  if (begin (call, TRUE, run_operation))
    ask (call);
  return TRUE;
}

static gboolean
handle_run_automatic (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, SutureManager *self)
{
  Call *call = call_new (self, invocation);

  call->kind = "automatic";
  if (begin (call, TRUE, run_operation))
    ask (call);
  return TRUE;
}

static void
run_local_feed (Call *call)
{
  suture_engine_submit_local_feed (call->manager->engine, g_str_equal (call->turn, "on"), call->user, submitted, call);
}

static gboolean
handle_set_local_feed (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, gboolean on, SutureManager *self)
{
  Call *call = call_new (self, invocation);

  call->turn = on ? "on" : "off";
  if (begin (call, on, run_local_feed))
    ask (call);
  return TRUE;
}

static gboolean
handle_planned (SutureManager *self, GDBusMethodInvocation *invocation, SuturePlanKind kind, const char *id)
{
  Call *call = call_new (self, invocation);

  call->kind = kind == SUTURE_PLAN_INSTALL ? "install" : "remove";
  if (!check_name (call, id) || !begin (call, TRUE, run_operation))
    return TRUE;
  call->plan = suture_engine_plan (self->engine, kind, id, &call->missing);
  ask (call);
  return TRUE;
}

static gboolean
handle_install (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, const char *id, SutureManager *self)
{
  return handle_planned (self, invocation, SUTURE_PLAN_INSTALL, id);
}

static gboolean
handle_remove (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, const char *id, SutureManager *self)
{
  return handle_planned (self, invocation, SUTURE_PLAN_REMOVE, id);
}

/* ---- cancelling ---- */

static void
run_cancel (Call *call)
{
  g_autoptr (GError) error = NULL;

  if (suture_engine_cancel (call->manager->engine, call->operation, &error))
    answer (call, NULL);
  else
    refuse (call, error);
}

/* Whose it is decides whether polkit is asked at all. */
static void
run_cancel_of (Call *call)
{
  const SuturePolicy *policy = suture_policy_find ("Cancel");

  if (suture_engine_owns (call->manager->engine, call->operation, call->user))
    {
      run_cancel (call);
      return;
    }
  call->action = policy->action;
  call->run = run_cancel;
  ask (call);
}

static gboolean
handle_cancel (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, const char *operation, SutureManager *self)
{
  Call *call = call_new (self, invocation);

  call->operation = g_strdup (operation);
  if (!check_name (call, operation) || !begin (call, TRUE, run_cancel_of))
    return TRUE;
  call->action = NULL; /* first: who is it */
  ask (call);
  return TRUE;
}

/* ---- signing in to feeds ---- */

static void
signed_in (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;

  if (suture_engine_sign_in_finish (SUTURE_ENGINE (object), result, &error))
    answer (call, NULL);
  else
    refuse (call, error);
}

static void
run_sign_in (Call *call)
{
  if (call->missing != NULL)
    refuse (call, call->missing);
  else
    suture_engine_sign_in (call->manager->engine, call->sign_in, signed_in, call);
}

/* @user NULL: out. What is not well formed is refused before anything is looked up. */
static gboolean
handle_signing (
    SutureManager *self, GDBusMethodInvocation *invocation, const char *feed, const char *user, const char *secret)
{
  Call *call = call_new (self, invocation);
  g_autoptr (GError) error = NULL;

  if (!check_name (call, feed))
    return TRUE;
  if (user != NULL && !suture_credential_check (user, secret, &error))
    {
      refuse (call, error);
      return TRUE;
    }
  if (!begin (call, TRUE, run_sign_in))
    return TRUE;
  call->sign_in = suture_engine_plan_sign_in (self->engine, feed, user, secret, &call->missing);
  ask (call);
  return TRUE;
}

static gboolean
handle_sign_in (SutureBusHelper1 *skeleton,
                GDBusMethodInvocation *invocation,
                const char *feed,
                const char *user,
                const char *secret,
                SutureManager *self)
{
  return handle_signing (self, invocation, feed, user, secret);
}

static gboolean
handle_sign_out (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, const char *feed, SutureManager *self)
{
  return handle_signing (self, invocation, feed, NULL, NULL);
}

/* ---- the stored choice, and history ---- */

static void
automatic_set (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;

  if (suture_engine_set_automatic_finish (SUTURE_ENGINE (object), result, &error))
    answer (call, NULL);
  else
    refuse (call, error);
}

static void
run_set_automatic (Call *call)
{
  suture_engine_set_automatic (call->manager->engine, call->automatic, automatic_set, call);
}

static gboolean
handle_set_automatic (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, gboolean on, SutureManager *self)
{
  Call *call = call_new (self, invocation);

  call->automatic = on;
  if (begin (call, on, run_set_automatic))
    ask (call);
  return TRUE;
}

/* Who did it is told to root and to that user only (THREATS 30). */
static GVariant *
record_to_variant (const SutureRecord *record, guint32 asker)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  guint32 user = asker == 0 || asker == record->user ? record->user : G_MAXUINT32;

  g_variant_dict_insert (&dict, "id", "t", record->id);
  g_variant_dict_insert (&dict, "time", "x", record->time);
  g_variant_dict_insert (&dict, "event", "s", record->event);
  g_variant_dict_insert (&dict, "improvement", "s", record->improvement);
  g_variant_dict_insert (&dict, "title", "s", record->title);
  g_variant_dict_insert (&dict, "letter", "s", record->letter);
  g_variant_dict_insert (&dict, "by", "s", record->by);
  g_variant_dict_insert (&dict, "user", "u", user);
  g_variant_dict_insert (&dict, "error", "s", record->error);
  g_variant_dict_insert (&dict, "message", "s", record->message);
  return g_variant_dict_end (&dict);
}

static void
history_read (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = suture_engine_history_finish (SUTURE_ENGINE (object), result, &error);
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  if (records == NULL)
    {
      g_variant_builder_clear (&builder);
      refuse (call, error);
      return;
    }
  for (guint i = 0; i < records->len; i++)
    g_variant_builder_add_value (&builder, record_to_variant (g_ptr_array_index (records, i), call->user));
  answer (call, g_variant_new ("(aa{sv})", &builder));
}

static void
run_get_history (Call *call)
{
  suture_engine_history (call->manager->engine, call->before, call->limit, history_read, call);
}

static gboolean
handle_get_history (SutureBusHelper1 *skeleton,
                    GDBusMethodInvocation *invocation,
                    guint64 before,
                    guint limit,
                    SutureManager *self)
{
  Call *call = call_new (self, invocation);
  g_autoptr (GError) error = NULL;

  call->before = before;
  call->limit = limit;
  if (limit < 1 || limit > SUTURE_RECORD_LIST_MAX)
    {
      error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a limit is 1 to %d", SUTURE_RECORD_LIST_MAX);
      refuse (call, error);
    }
  else if (begin (call, TRUE, run_get_history))
    ask (call);
  return TRUE;
}

/* ---- what is shown ---- */

static GVariant *
results_of (const SutureSnapshot *snapshot)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sss)"));

  for (guint i = 0; i < snapshot->results->len; i++)
    {
      const SutureResult *result = g_ptr_array_index (snapshot->results, i);

      g_variant_builder_add (&builder, "(sss)", result->operation, result->error, result->message);
    }
  return g_variant_builder_end (&builder);
}

static void
publish_feeds (SutureManager *self, const SutureFeeds *feeds)
{
  suture_feed_publish (self->objects, feeds);
  suture_bus_helper1_set_local_feed (self->skeleton, feeds->local_feed);
  suture_bus_helper1_set_system_updates (self->skeleton, suture_feed_left_to_variant (feeds->report));
  suture_bus_helper1_set_archive_time (self->skeleton, feeds->report->archive_time);
  self->feeds_published = feeds->read_at;
}

/* Data first: who sees that an operation ended must find what it changed. One PropertiesChanged for all of it. */
static void
engine_changed (SutureEngine *engine, SutureManager *self)
{
  const SutureSnapshot *snapshot = suture_engine_get_snapshot (engine);
  const SutureFacts *facts = snapshot->facts;

  self->last_use = g_get_monotonic_time ();
  if (snapshot->feeds->read_at != self->feeds_published)
    publish_feeds (self, snapshot->feeds);
  if (facts != NULL && facts != self->published)
    {
      suture_improvement_publish (self->objects, facts);
      self->published = facts;
      suture_bus_helper1_set_feeds (self->skeleton, (const char *const *) facts->feeds);
      suture_bus_helper1_set_last_checked (self->skeleton, facts->last_checked);
      suture_bus_helper1_set_last_error (self->skeleton,
                                         g_variant_new ("(ss)", facts->last_error, facts->last_message));
      suture_bus_helper1_set_label (self->skeleton, facts->label);
    }
  suture_bus_helper1_set_automatic (self->skeleton, snapshot->automatic);
  suture_bus_helper1_set_activity (self->skeleton, snapshot->activity);
  suture_bus_helper1_set_operation (self->skeleton, snapshot->operation);
  suture_bus_helper1_set_operation_kind (self->skeleton, snapshot->kind);
  suture_bus_helper1_set_operation_improvement (self->skeleton, snapshot->improvement);
  suture_bus_helper1_set_bytes_done (self->skeleton, snapshot->bytes_done);
  suture_bus_helper1_set_bytes_total (self->skeleton, snapshot->bytes_total);
  suture_bus_helper1_set_cancellable (self->skeleton, snapshot->cancellable);
  suture_bus_helper1_set_results (self->skeleton, results_of (snapshot));
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self->skeleton));
}

gint64
suture_manager_get_last_use (SutureManager *self)
{
  return self->last_use;
}

gboolean
suture_manager_is_idle (SutureManager *self)
{
  return self->calls == 0;
}

static void
suture_manager_finalize (GObject *object)
{
  SutureManager *self = SUTURE_MANAGER (object);

  if (self->skeleton != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  if (self->objects != NULL)
    g_dbus_object_manager_server_set_connection (self->objects, NULL);
  g_clear_object (&self->skeleton);
  g_clear_object (&self->objects);
  g_clear_object (&self->authority);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (suture_manager_parent_class)->finalize (object);
}

static void
suture_manager_class_init (SutureManagerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = suture_manager_finalize;
}

static void
suture_manager_init (SutureManager *self)
{
  self->skeleton = suture_bus_helper1_skeleton_new ();
  self->objects = g_dbus_object_manager_server_new (SUTURE_BUS_PATH);
  self->last_use = g_get_monotonic_time ();
}

SutureManager *
suture_manager_new (GDBusConnection *connection, SutureEngine *engine, GError **error)
{
  g_autoptr (SutureManager) self = g_object_new (SUTURE_TYPE_MANAGER, NULL);
  const char *const nothing[] = { NULL };

  self->engine = g_object_ref (engine);
  self->authority = suture_authority_new (connection);
  /* strings that nobody has set yet are sent as "" */
  suture_bus_helper1_set_version (self->skeleton, SUTURE_VERSION);
  suture_bus_helper1_set_feeds (self->skeleton, nothing);
  suture_bus_helper1_set_last_error (self->skeleton, g_variant_new ("(ss)", "", ""));
  publish_feeds (self, suture_engine_get_snapshot (engine)->feeds);
  g_signal_connect (self->skeleton, "handle-check", G_CALLBACK (handle_check), self);
  g_signal_connect (self->skeleton, "handle-install", G_CALLBACK (handle_install), self);
  g_signal_connect (self->skeleton, "handle-remove", G_CALLBACK (handle_remove), self);
  g_signal_connect (self->skeleton, "handle-cancel", G_CALLBACK (handle_cancel), self);
  g_signal_connect (self->skeleton, "handle-set-automatic", G_CALLBACK (handle_set_automatic), self);
  g_signal_connect (self->skeleton, "handle-set-local-feed", G_CALLBACK (handle_set_local_feed), self);
  g_signal_connect (self->skeleton, "handle-sign-in", G_CALLBACK (handle_sign_in), self);
  g_signal_connect (self->skeleton, "handle-sign-out", G_CALLBACK (handle_sign_out), self);
  g_signal_connect (self->skeleton, "handle-run-automatic", G_CALLBACK (handle_run_automatic), self);
  g_signal_connect (self->skeleton, "handle-get-history", G_CALLBACK (handle_get_history), self);
  g_signal_connect_object (engine, "changed", G_CALLBACK (engine_changed), self, 0);
  engine_changed (engine, self);
  g_dbus_object_manager_server_set_connection (self->objects, connection);
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection, SUTURE_BUS_PATH, error))
    return NULL;
  return g_steal_pointer (&self);
}
