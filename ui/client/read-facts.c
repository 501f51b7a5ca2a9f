/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the helper's own properties say, as SutureFacts. */
#include "client/client-private.h"

#include "suture-dbus.h"

static void
replace_text (char **field, const char *text)
{
  g_free (*field);
  *field = suture_facts_clean (text);
}

static void
copy_results (SutureFacts *facts, GVariant *results)
{
  GVariantIter each;
  const char *id = NULL;
  const char *error = NULL;
  const char *message = NULL;

  g_ptr_array_set_size (facts->results, 0);
  if (results == NULL)
    return;
  g_variant_iter_init (&each, results);
  while (g_variant_iter_next (&each, "(&s&s&s)", &id, &error, &message))
    {
      SutureResult *result = g_new0 (SutureResult, 1);

      result->id = g_strdup (id);
      result->error = suture_facts_clean (error);
      result->message = suture_facts_clean (message);
      g_ptr_array_add (facts->results, result);
    }
}

static void
copy_local_feed (SutureFacts *facts, SutureDBusHelper1 *helper)
{
  const char *state = suture_dbus_helper1_get_local_feed (helper);

  /* a helper that is older does not have it */
  replace_text (&facts->local_feed, state != NULL && state[0] != '\0' ? state : "absent");
  suture_facts_take_system_updates (facts, suture_dbus_helper1_get_system_updates (helper));
  facts->archive_time = suture_dbus_helper1_get_archive_time (helper);
}

static void
copy_choices (SutureFacts *facts, SutureDBusHelper1 *helper)
{
  g_autoptr (GVariant) announced = g_dbus_proxy_get_cached_property (G_DBUS_PROXY (helper), "Announced");

  facts->automatic = suture_dbus_helper1_get_automatic (helper);
  facts->paused_until = suture_dbus_helper1_get_paused_until (helper);
  facts->delay_days = suture_dbus_helper1_get_delay_days (helper);
  facts->delay_exploited = suture_dbus_helper1_get_delay_exploited (helper);
  facts->use_metered = suture_dbus_helper1_get_use_metered (helper);
  /* a helper that is older does not want to know */
  facts->announced = announced == NULL || suture_dbus_helper1_get_announced (helper);
  suture_facts_take_waits (facts, suture_dbus_helper1_get_waits (helper));
  suture_facts_take_managed (facts, suture_dbus_helper1_get_managed (helper));
  suture_facts_take_watching (facts, suture_dbus_helper1_get_watching (helper));
}

void
suture_client_read_facts (SutureFacts *facts, GDBusProxy *proxy)
{
  SutureDBusHelper1 *helper = SUTURE_DBUS_HELPER1 (proxy);
  /* not the getter, whose list is the one from before until all who hear of the change have heard of it */
  g_auto (GStrv) feeds = suture_dbus_helper1_dup_feeds (helper);
  GVariant *last_error = suture_dbus_helper1_get_last_error (helper);
  const char *name = "";
  const char *message = "";

  replace_text (&facts->version, suture_dbus_helper1_get_version (helper));
  replace_text (&facts->activity, suture_dbus_helper1_get_activity (helper));
  replace_text (&facts->operation, suture_dbus_helper1_get_operation (helper));
  replace_text (&facts->operation_kind, suture_dbus_helper1_get_operation_kind (helper));
  replace_text (&facts->operation_improvement, suture_dbus_helper1_get_operation_improvement (helper));
  facts->bytes_done = suture_dbus_helper1_get_bytes_done (helper);
  facts->bytes_total = suture_dbus_helper1_get_bytes_total (helper);
  facts->cancellable = suture_dbus_helper1_get_cancellable (helper);
  copy_choices (facts, helper);
  g_strfreev (facts->feeds);
  facts->feeds = feeds != NULL ? g_steal_pointer (&feeds) : g_new0 (char *, 1);
  facts->last_checked = suture_dbus_helper1_get_last_checked (helper);
  if (last_error != NULL)
    g_variant_get (last_error, "(&s&s)", &name, &message);
  replace_text (&facts->last_error, name);
  replace_text (&facts->last_message, message);
  replace_text (&facts->label, suture_dbus_helper1_get_label (helper));
  copy_local_feed (facts, helper);
  copy_results (facts, suture_dbus_helper1_get_results (helper));
}
