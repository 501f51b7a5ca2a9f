/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/manager-private.h"

#include "base/error.h"
#include "bus/feed.h"
#include "bus/improvement.h"
#include "bus/objects.h"
#include "bus/policy.h"

G_DEFINE_FINAL_TYPE (SutureManager, suture_manager, G_TYPE_OBJECT)

/* ---- operations ---- */

static void
submitted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  SutureCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *operation = suture_engine_submit_finish (SUTURE_ENGINE (object), result, &error);

  if (operation == NULL)
    suture_call_refuse (call, error);
  else
    suture_call_answer (call, g_variant_new ("(s)", operation));
}

static void
run_operation (SutureCall *call)
{
  if (call->missing != NULL)
    suture_call_refuse (call, call->missing);
  else
    suture_engine_submit (call->manager->engine, call->kind, call->plan, call->user, submitted, call);
}

static gboolean
handle_check (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, SutureManager *self)
{
  SutureCall *call = suture_call_new (self, invocation);

  call->kind = "check";
  if (suture_call_begin (call, TRUE, run_operation))
    suture_call_ask (call);
  return TRUE;
}

static gboolean
handle_run_automatic (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, SutureManager *self)
{
  SutureCall *call = suture_call_new (self, invocation);

  call->kind = "automatic";
  if (suture_call_begin (call, TRUE, run_operation))
    suture_call_ask (call);
  return TRUE;
}

static void
run_local_feed (SutureCall *call)
{
  suture_engine_submit_local_feed (call->manager->engine, g_str_equal (call->turn, "on"), call->user, submitted, call);
}

static gboolean
handle_set_local_feed (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, gboolean on, SutureManager *self)
{
  SutureCall *call = suture_call_new (self, invocation);
  g_autoptr (GError) error = NULL;

  call->turn = on ? "on" : "off";
  if (on && !suture_engine_permits_local_feed (self->engine, &error))
    suture_call_refuse (call, error);
  else if (suture_call_begin (call, on, run_local_feed))
    suture_call_ask (call);
  return TRUE;
}

static gboolean
handle_planned (SutureManager *self, GDBusMethodInvocation *invocation, SuturePlanKind kind, const char *id)
{
  SutureCall *call = suture_call_new (self, invocation);
  g_autoptr (GError) error = NULL;

  call->kind = kind == SUTURE_PLAN_INSTALL ? "install" : "remove";
  if (!suture_call_check_name (call, id) || !suture_call_begin (call, TRUE, run_operation))
    return TRUE;
  call->plan = suture_engine_plan (self->engine, kind, id, &call->missing);
  if (call->plan != NULL && !suture_plan_is_permitted (call->plan, &error))
    suture_call_refuse (call, error);
  else
    suture_call_ask (call);
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
run_cancel (SutureCall *call)
{
  g_autoptr (GError) error = NULL;

  if (suture_engine_cancel (call->manager->engine, call->operation, &error))
    suture_call_answer (call, NULL);
  else
    suture_call_refuse (call, error);
}

/* Whose it is decides whether polkit is asked at all. */
static void
run_cancel_of (SutureCall *call)
{
  const SuturePolicy *policy = suture_policy_find ("Cancel");

  if (suture_engine_owns (call->manager->engine, call->operation, call->user))
    {
      run_cancel (call);
      return;
    }
  call->action = policy->action;
  call->run = run_cancel;
  suture_call_ask (call);
}

static gboolean
handle_cancel (SutureBusHelper1 *skeleton, GDBusMethodInvocation *invocation, const char *operation, SutureManager *self)
{
  SutureCall *call = suture_call_new (self, invocation);

  call->operation = g_strdup (operation);
  if (!suture_call_check_name (call, operation) || !suture_call_begin (call, TRUE, run_cancel_of))
    return TRUE;
  call->action = NULL; /* first: who is it */
  suture_call_ask (call);
  return TRUE;
}

/* ---- signing in to feeds ---- */

static void
signed_in (GObject *object, GAsyncResult *result, gpointer user_data)
{
  SutureCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (suture_engine_sign_in_finish (SUTURE_ENGINE (object), result, &error))
    suture_call_answer (call, NULL);
  else
    suture_call_refuse (call, error);
}

static void
run_sign_in (SutureCall *call)
{
  if (call->missing != NULL)
    suture_call_refuse (call, call->missing);
  else
    suture_engine_sign_in (call->manager->engine, call->sign_in, signed_in, call);
}

/* @user NULL: out. What is not well formed is refused before anything is looked up. */
static gboolean
handle_signing (
    SutureManager *self, GDBusMethodInvocation *invocation, const char *feed, const char *user, const char *secret)
{
  SutureCall *call = suture_call_new (self, invocation);
  g_autoptr (GError) error = NULL;

  if (!suture_call_check_name (call, feed))
    return TRUE;
  if (user != NULL && !suture_credential_check (user, secret, &error))
    {
      suture_call_refuse (call, error);
      return TRUE;
    }
  if (!suture_call_begin (call, TRUE, run_sign_in))
    return TRUE;
  call->sign_in = suture_engine_plan_sign_in (self->engine, feed, user, secret, &call->missing);
  suture_call_ask (call);
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

/* ---- history ---- */

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
  SutureCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = suture_engine_history_finish (SUTURE_ENGINE (object), result, &error);
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  if (records == NULL)
    {
      g_variant_builder_clear (&builder);
      suture_call_refuse (call, error);
      return;
    }
  for (guint i = 0; i < records->len; i++)
    g_variant_builder_add_value (&builder, record_to_variant (g_ptr_array_index (records, i), call->user));
  suture_call_answer (call, g_variant_new ("(aa{sv})", &builder));
}

static void
run_get_history (SutureCall *call)
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
  SutureCall *call = suture_call_new (self, invocation);
  g_autoptr (GError) error = NULL;

  call->before = before;
  call->limit = limit;
  if (limit < 1 || limit > SUTURE_RECORD_LIST_MAX)
    {
      error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a limit is 1 to %d", SUTURE_RECORD_LIST_MAX);
      suture_call_refuse (call, error);
    }
  else if (suture_call_begin (call, TRUE, run_get_history))
    suture_call_ask (call);
  return TRUE;
}

/* ---- what is shown ---- */

static GVariant *
watching_of (const SutureSnapshot *snapshot)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sx)"));

  for (guint i = 0; snapshot->watched != NULL && i < snapshot->watched->len; i++)
    {
      const SutureWatched *watched = g_ptr_array_index (snapshot->watched, i);

      g_variant_builder_add (&builder, "(sx)", watched->id, watched->until);
    }
  return g_variant_builder_end (&builder);
}

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
  if (facts != NULL && (facts != self->published || snapshot->waits_number != self->waits_published))
    {
      suture_improvement_publish (self->objects, facts, snapshot->waits);
      suture_manager_show_waits (self, snapshot);
      self->published = facts;
      suture_bus_helper1_set_feeds (self->skeleton, (const char *const *) facts->feeds);
      suture_bus_helper1_set_last_checked (self->skeleton, facts->last_checked);
      suture_bus_helper1_set_last_error (self->skeleton,
                                         g_variant_new ("(ss)", facts->last_error, facts->last_message));
      suture_bus_helper1_set_label (self->skeleton, facts->label);
    }
  suture_manager_show_choice (self, snapshot);
  suture_bus_helper1_set_activity (self->skeleton, snapshot->activity);
  suture_bus_helper1_set_operation (self->skeleton, snapshot->operation);
  suture_bus_helper1_set_operation_kind (self->skeleton, snapshot->kind);
  suture_bus_helper1_set_operation_improvement (self->skeleton, snapshot->improvement);
  suture_bus_helper1_set_bytes_done (self->skeleton, snapshot->bytes_done);
  suture_bus_helper1_set_bytes_total (self->skeleton, snapshot->bytes_total);
  suture_bus_helper1_set_cancellable (self->skeleton, snapshot->cancellable);
  suture_bus_helper1_set_results (self->skeleton, results_of (snapshot));
  suture_bus_helper1_set_watching (self->skeleton, watching_of (snapshot));
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

/* What is shown before anything is known. Strings that nobody has set yet are sent as "". */
static void
show_nothing (SutureManager *self)
{
  const char *const nothing[] = { NULL };

  suture_bus_helper1_set_version (self->skeleton, SUTURE_VERSION);
  suture_bus_helper1_set_feeds (self->skeleton, nothing);
  suture_bus_helper1_set_last_error (self->skeleton, g_variant_new ("(ss)", "", ""));
  suture_bus_helper1_set_managed (self->skeleton, g_variant_new ("a(ss)", NULL));
  suture_bus_helper1_set_waits (self->skeleton, g_variant_new ("a(sxs)", NULL));
  suture_bus_helper1_set_watching (self->skeleton, g_variant_new ("a(sx)", NULL));
}

SutureManager *
suture_manager_new (GDBusConnection *connection, SutureEngine *engine, GError **error)
{
  g_autoptr (SutureManager) self = g_object_new (SUTURE_TYPE_MANAGER, NULL);

  self->engine = g_object_ref (engine);
  self->authority = suture_authority_new (connection);
  show_nothing (self);
  publish_feeds (self, suture_engine_get_snapshot (engine)->feeds);
  g_signal_connect (self->skeleton, "handle-check", G_CALLBACK (handle_check), self);
  g_signal_connect (self->skeleton, "handle-install", G_CALLBACK (handle_install), self);
  g_signal_connect (self->skeleton, "handle-remove", G_CALLBACK (handle_remove), self);
  g_signal_connect (self->skeleton, "handle-cancel", G_CALLBACK (handle_cancel), self);
  suture_manager_connect_choice (self);
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
