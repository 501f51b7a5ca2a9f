/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/feed.h"

#include "base/error.h"
#include "base/name.h"
#include "bus/objects.h"
#include "suture-bus.h"

/* Role, type and fingerprint. The type is a publisher's own word. */
static GVariant *
keys_of (const SutureFeed *feed)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sss)"));

  for (guint i = 0; i < feed->keys->len; i++)
    {
      const SutureFeedKey *key = g_ptr_array_index (feed->keys, i);
      g_autofree char *type = suture_name_clean_text (key->type, SUTURE_NAME_MAX, FALSE);

      g_variant_builder_add (&builder, "(sss)", key->role, type, key->fingerprint);
    }
  return g_variant_builder_end (&builder);
}

static void
fill (GDBusInterfaceSkeleton *skeleton, gconstpointer value, gconstpointer more)
{
  SutureBusFeed1 *object = SUTURE_BUS_FEED1 (skeleton);
  const SutureFeed *feed = value;
  g_autofree char *message = suture_name_clean_text (feed->last_message, SUTURE_BUS_TEXT_MAX, FALSE);

  suture_bus_feed1_set_name (object, feed->name);
  suture_bus_feed1_set_kind (object, feed->local ? "local" : "remote");
  suture_bus_feed1_set_address (object, feed->address);
  suture_bus_feed1_set_origin (object, feed->origin);
  suture_bus_feed1_set_components (object, (const char *const *) feed->components);
  suture_bus_feed1_set_keys (object, keys_of (feed));
  suture_bus_feed1_set_root_version (object, (guint64) feed->root_version);
  suture_bus_feed1_set_metadata_version (object, (guint64) feed->version);
  suture_bus_feed1_set_expires (object, feed->expires);
  suture_bus_feed1_set_last_contact (object, feed->last_contact);
  suture_bus_feed1_set_last_error (object, g_variant_new ("(ss)", feed->last_error, message));
  suture_bus_feed1_set_signed_in (object, feed->signed_in);
  suture_bus_feed1_set_needs_sign_in (
      object, g_str_equal (feed->last_error, suture_error_to_name (SUTURE_ERROR_NOT_SIGNED_IN)));
}

static GDBusInterfaceSkeleton *
make (void)
{
  return G_DBUS_INTERFACE_SKELETON (suture_bus_feed1_skeleton_new ());
}

static const char *
name_of (gconstpointer value)
{
  return ((const SutureFeed *) value)->name;
}

void
suture_feed_publish (GDBusObjectManagerServer *server, const SutureFeeds *feeds)
{
  static const SutureObjects objects
      = { .kind = "feed", .interface = "org.suture.Feed1", .make = make, .name = name_of, .fill = fill };

  suture_objects_publish (server, &objects, feeds->list);
}

GVariant *
suture_feed_left_to_variant (const SutureReport *report)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sssss)"));

  for (guint i = 0; i < report->left->len; i++)
    {
      const SutureReportLeft *left = g_ptr_array_index (report->left, i);

      g_variant_builder_add (&builder, "(sssss)", left->component, left->installed, left->fixed, left->why, left->detail);
    }
  return g_variant_builder_end (&builder);
}
