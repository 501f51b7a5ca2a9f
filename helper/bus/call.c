/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: one call on its way: whose it is, what it needs, its one answer. Not for: what it does (manager.c, manager-choice.c). */
#include "base/error.h"
#include "base/name.h"
#include "bus/manager-private.h"
#include "bus/policy.h"

static void
call_free (SutureCall *call)
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

void
suture_call_refuse (SutureCall *call, const GError *error)
{
  g_dbus_method_invocation_return_gerror (call->invocation, error);
  call_free (call);
}

void
suture_call_answer (SutureCall *call, GVariant *value)
{
  g_dbus_method_invocation_return_value (call->invocation, value);
  call_free (call);
}

SutureCall *
suture_call_new (SutureManager *self, GDBusMethodInvocation *invocation)
{
  SutureCall *call = g_new0 (SutureCall, 1);

  call->manager = g_object_ref (self);
  call->invocation = invocation;
  self->calls++;
  self->last_use = g_get_monotonic_time ();
  return call;
}

static void
permitted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  SutureCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (!suture_authority_check_finish (SUTURE_AUTHORITY (object), result, &call->user, &error))
    suture_call_refuse (call, error);
  else
    call->run (call);
}

/* What polkit's dialog may name. The texts stay @call's, or @shown's. */
static GHashTable *
details_of (SutureCall *call, const char *shown)
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

void
suture_call_ask (SutureCall *call)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (call->invocation);
  gboolean interactive = (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;
  const char *title = call->plan != NULL ? call->plan->title : call->sign_in != NULL ? call->sign_in->host : "";
  g_autofree char *shown = suture_name_without_markup (title);
  g_autoptr (GHashTable) details = details_of (call, shown);

  suture_authority_check (call->manager->authority, g_dbus_method_invocation_get_sender (call->invocation), call->action,
                          details, interactive && call->missing == NULL, permitted, call);
}

gboolean
suture_call_begin (SutureCall *call, gboolean on, void (*run) (SutureCall *))
{
  const SuturePolicy *policy = suture_policy_find (g_dbus_method_invocation_get_method_name (call->invocation));
  g_autoptr (GError) error = NULL;

  if (policy == NULL)
    {
      error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED, "this is not allowed");
      suture_call_refuse (call, error);
      return FALSE;
    }
  call->run = run;
  call->action = !on && policy->off_action != NULL ? policy->off_action : policy->action;
  return TRUE;
}

gboolean
suture_call_check_name (SutureCall *call, const char *name)
{
  g_autoptr (GError) error = NULL;

  if (suture_name_is_valid (name))
    return TRUE;
  error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "an id is 1 to %d of a-z, 0-9, '.', '_' and '-'",
                       SUTURE_NAME_MAX);
  suture_call_refuse (call, error);
  return FALSE;
}
