/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/improvement.h"

#include "base/name.h"
#include "bus/objects.h"
#include "suture-bus.h"

static GVariant *
owed_of (const SutureImprovement *improvement)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sss)"));

  for (guint i = 0; i < improvement->owed->len; i++)
    {
      const SutureUnit *unit = g_ptr_array_index (improvement->owed, i);

      g_variant_builder_add (&builder, "(sss)", unit->name, unit->kind, unit->why);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
closing_of (const SutureImprovement *improvement)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(su)"));

  for (guint i = 0; i < improvement->closing->len; i++)
    {
      const SutureClosing *closing = g_ptr_array_index (improvement->closing, i);
      g_autofree char *program = suture_name_clean_text (closing->program, SUTURE_BUS_TEXT_MAX, FALSE);

      g_variant_builder_add (&builder, "(su)", program, closing->count);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
vulnerabilities_of (const SutureManifest *manifest)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sss)"));

  for (guint i = 0; manifest != NULL && i < manifest->vulnerabilities->len; i++)
    {
      char **vulnerability = g_ptr_array_index (manifest->vulnerabilities, i);

      g_variant_builder_add (&builder, "(sss)", vulnerability[0], vulnerability[1], vulnerability[2]);
    }
  return g_variant_builder_end (&builder);
}

static char **
files_of (const SutureManifest *manifest)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; manifest != NULL && i < manifest->files->len; i++)
    g_strv_builder_add (builder, ((SutureManifestFile *) g_ptr_array_index (manifest->files, i))->path);
  return g_strv_builder_end (builder);
}

/* A link of feed/target.h's archive is two lines: what, and which. */
static GVariant *
provenance_of (const SutureImprovement *improvement)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ss)"));

  for (char **at = improvement->known != NULL ? improvement->known->archive : NULL; at != NULL && *at != NULL; at++)
    {
      const char *which = strchr (*at, '\n');
      g_autofree char *what = which != NULL ? g_strndup (*at, (gsize) (which - *at)) : NULL;

      if (what != NULL)
        g_variant_builder_add (&builder, "(ss)", what, which + 1);
    }
  return g_variant_builder_end (&builder);
}

GVariant *
suture_improvement_waits_to_variant (const GPtrArray *waits)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sxs)"));

  for (guint i = 0; waits != NULL && i < waits->len; i++)
    {
      const SutureWait *wait = g_ptr_array_index (waits, i);
      g_autofree char *detail = suture_name_clean_text (wait->detail, SUTURE_BUS_TEXT_MAX, FALSE);

      g_variant_builder_add (&builder, "(sxs)", wait->which, wait->until, detail);
    }
  return g_variant_builder_end (&builder);
}

/* What never changes for one manifest. */
static void
set_description (SutureBusImprovement1 *object, const SutureImprovement *improvement)
{
  const SutureManifest *manifest = improvement->known != NULL ? improvement->known->manifest : NULL;
  g_autofree char *title = suture_name_clean_text (improvement->title, SUTURE_BUS_TEXT_MAX, FALSE);
  g_autofree char *description = suture_name_clean_text (improvement->description, SUTURE_BUS_TEXT_MAX, TRUE);
  g_auto (GStrv) files = files_of (manifest);

  suture_bus_improvement1_set_id (object, improvement->id);
  suture_bus_improvement1_set_component (object, improvement->component);
  suture_bus_improvement1_set_letter (object, improvement->letter);
  suture_bus_improvement1_set_number (object, improvement->number);
  suture_bus_improvement1_set_title (object, title);
  suture_bus_improvement1_set_description (object, description);
  suture_bus_improvement1_set_feed (object, improvement->feed);
  suture_bus_improvement1_set_kind (object, manifest != NULL ? manifest->kind : "security");
  suture_bus_improvement1_set_publisher (object, manifest != NULL ? manifest->publisher : "");
  suture_bus_improvement1_set_prepared (object, improvement->known != NULL && improvement->known->automatic ? "automatic" : "");
  suture_bus_improvement1_set_approved_by (object, improvement->known != NULL ? improvement->known->approved : "");
  suture_bus_improvement1_set_provenance (object, provenance_of (improvement));
  suture_bus_improvement1_set_severity (object, manifest != NULL ? manifest->severity : "unknown");
  suture_bus_improvement1_set_exploited (object, manifest != NULL && manifest->exploited);
  suture_bus_improvement1_set_vulnerabilities (object, vulnerabilities_of (manifest));
  suture_bus_improvement1_set_image_size (object, manifest != NULL ? manifest->image_size : 0);
  suture_bus_improvement1_set_files (object, (const char *const *) files);
}

static void
set_state (SutureBusImprovement1 *object, const SutureImprovement *improvement)
{
  const char *const nothing[] = { NULL };

  suture_bus_improvement1_set_state (object, improvement->state);
  suture_bus_improvement1_set_conflict (object, improvement->conflict != NULL
                                                    ? (const char *const *) improvement->conflict : nothing);
  suture_bus_improvement1_set_waits_until (object, improvement->waits_until);
  suture_bus_improvement1_set_keeps_closing (object, closing_of (improvement));
  suture_bus_improvement1_set_left_out (object, improvement->left_out);
  suture_bus_improvement1_set_withdrawn (object, improvement->withdrawn);
  suture_bus_improvement1_set_withdrawn_at (object, improvement->withdrawn_at);
  suture_bus_improvement1_set_withdrawn_reason (object, improvement->withdrawn_reason);
  suture_bus_improvement1_set_download_size (object, improvement->download_size);
  suture_bus_improvement1_set_installed_at (object, improvement->installed_at);
  suture_bus_improvement1_set_owed (object, owed_of (improvement));
  suture_bus_improvement1_set_restarted (object, (const char *const *) improvement->restarted);
}

static void
fill (GDBusInterfaceSkeleton *skeleton, gconstpointer value, gconstpointer more)
{
  const SutureImprovement *improvement = value;
  const GPtrArray *waits = suture_waits_find (more, improvement->id);

  set_description (SUTURE_BUS_IMPROVEMENT1 (skeleton), value);
  set_state (SUTURE_BUS_IMPROVEMENT1 (skeleton), value);
  suture_bus_improvement1_set_waits (SUTURE_BUS_IMPROVEMENT1 (skeleton), suture_improvement_waits_to_variant (waits));
}

static GDBusInterfaceSkeleton *
make (void)
{
  return G_DBUS_INTERFACE_SKELETON (suture_bus_improvement1_skeleton_new ());
}

static const char *
name_of (gconstpointer value)
{
  return ((const SutureImprovement *) value)->id;
}

void
suture_improvement_publish (GDBusObjectManagerServer *server, const SutureFacts *facts, const SutureWaits *waits)
{
  const SutureObjects objects = { .kind = "improvement", .interface = "org.suture.Improvement1", .make = make, .name = name_of,
                                  .fill = fill, .more = waits };

  suture_objects_publish (server, &objects, facts->improvements);
}
