/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/prepare.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/paths.h"
#include "local/brief.h"
#include "local/describe.h"
#include "local/place.h"
#include "local/qualify.h"
#include "local/urgency.h"
#include "making.h"
#include "rights.h"
#include "run.h"
#include "stage.h"

typedef struct
{
  SutureBrief *brief;        /* (owned), as all that follows */
  GPtrArray *packages;       /* SuturePackage: the fixed ones, for their names */
  GPtrArray *upgrades;       /* SutureUpgrade */
  GPtrArray *controls;       /* char *: their control folders */
  GPtrArray *files;          /* char *: their paths */
  SutureOrigin *origin;
  SutureObstacle **obstacle; /* the caller's */
} Prepare;

static void
prepare_clear (Prepare *self)
{
  g_clear_pointer (&self->brief, suture_brief_free);
  g_ptr_array_unref (self->packages);
  g_ptr_array_unref (self->upgrades);
  g_ptr_array_unref (self->controls);
  g_ptr_array_unref (self->files);
  g_clear_pointer (&self->origin, suture_origin_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Prepare, prepare_clear)

/* The control part of package @index, and what it is called. */
static gboolean
open_package (Prepare *self, guint index, GError **error)
{
  g_autofree char *path = suture_brief_package (self->brief, index);
  g_autofree char *control = g_strdup_printf ("%s/control-%u", self->brief->folder, index);
  const char *const argv[] = { "dpkg-deb", "-e", path, control, NULL };
  g_autoptr (SuturePackage) package = suture_package_open (path, self->brief->folder, error);
  g_autofree char *output = package != NULL ? suture_run (argv, error) : NULL;
  const char *wanted = g_ptr_array_index (self->brief->fixed, index);
  SutureUpgrade *upgrade;

  if (output == NULL)
    return FALSE;
  if (!g_str_equal (package->version, wanted))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the package of %s %s is version %s by its own word",
                   package->name, wanted, package->version);
      return FALSE;
    }
  upgrade = g_new0 (SutureUpgrade, 1);
  *upgrade = (SutureUpgrade) { .name = package->name,
                               .architecture = package->architecture,
                               .source = package->source,
                               .old_version = g_ptr_array_index (self->brief->old, index),
                               .new_version = package->version,
                               .control = control };
  g_ptr_array_add (self->upgrades, upgrade);
  g_ptr_array_add (self->controls, g_steal_pointer (&control));
  g_ptr_array_add (self->files, g_steal_pointer (&path));
  g_ptr_array_add (self->packages, g_steal_pointer (&package));
  return TRUE;
}

/* What an obstacle says has been told; the error only ends the work. */
static gboolean
stopped (Prepare *self, GError **error)
{
  if (*self->obstacle == NULL)
    return FALSE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "it is left to the system update");
  return TRUE;
}

static gboolean
judge (const SutureChanges *changes, const char *fixed, gpointer user_data, GError **error)
{
  Prepare *self = user_data;

  const char *dpkg = suture_path (SUTURE_PATH_DPKG);
  g_autofree char *ground = suture_brief_ground (self->brief);

  return suture_qualify_changes (dpkg, self->upgrades, changes, fixed, self->obstacle, error) && !stopped (self, error)
         && suture_qualify_disk (dpkg, self->upgrades, changes, ground, self->obstacle, error) && !stopped (self, error);
}

static gboolean
find_origin (Prepare *self, GError **error)
{
  const char *dpkg = suture_path (SUTURE_PATH_DPKG);
  g_autofree char *ground = suture_brief_ground (self->brief);
  g_autofree char *trees = g_build_filename (self->brief->folder, "trees", NULL);

  for (guint i = 0; i < self->brief->called->len; i++)
    if (!open_package (self, i, error))
      return FALSE;
  g_ptr_array_add (self->brief->called, NULL);
  g_ptr_array_add (self->files, NULL);
  if (!suture_qualify_packages (dpkg, self->upgrades, self->obstacle, error) || stopped (self, error))
    return FALSE;
  if (g_mkdir (trees, 0755) < 0)
    return FALSE;
  self->origin = suture_origin_from_installed ((char **) self->brief->called->pdata, ground, (char **) self->files->pdata, trees,
                                               error);
  return self->origin != NULL
         && suture_qualify_outside (dpkg, self->upgrades, self->origin->fixed, self->obstacle, error)
         && !stopped (self, error);
}

/* "bookworm-security" → "bookworm", as the security tracker calls it. */
static GHashTable *
load_urgencies (Prepare *self, GError **error)
{
  g_autofree char *suite = g_strdup (self->brief->suite);

  if (g_str_has_suffix (suite, "-security"))
    suite[strlen (suite) - strlen ("-security")] = '\0';
  return suture_urgency_load (suite, error);
}

static gboolean
make (Prepare *self, const char *feed, GError **error)
{
  g_autoptr (GHashTable) urgencies = load_urgencies (self, error);
  g_autoptr (SutureNotes) notes = suture_notes_new ();
  g_autoptr (SutureDepot) depot = suture_depot_open (feed, error);
  g_autoptr (SutureReport) report = suture_report_new (TRUE);
  g_autoptr (JsonObject) custom = json_object_new ();
  const SutureMakingOptions options = { .origin = self->origin,
                                        .ready = notes,
                                        .component = self->brief->component,
                                        .architecture = self->brief->architecture,
                                        .automatic = TRUE,
                                        .after = self->brief->after,
                                        .lean = TRUE,
                                        .publisher = self->brief->publisher,
                                        .custom = custom,
                                        .judge = judge,
                                        .judge_data = self };

  json_object_set_string_member (custom, "prepared", SUTURE_STAGE_PREPARED);
  json_object_set_object_member (custom, "archive", json_object_ref (self->brief->archive));
  return depot != NULL && urgencies != NULL
         && suture_describe_component (notes, suture_path (SUTURE_PATH_DPKG), self->upgrades, self->origin->fixed, urgencies, error)
         && suture_making_run (depot, &options, report, error);
}

gboolean
suture_prepare_run (const char *feed, const char *work, SutureObstacle **obstacle, GError **error)
{
  g_auto (Prepare) self = { .brief = suture_brief_load (work, error),
                            .packages = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_package_free),
                            .upgrades = g_ptr_array_new_with_free_func (g_free),
                            .controls = g_ptr_array_new_with_free_func (g_free),
                            .files = g_ptr_array_new_with_free_func (g_free),
                            .obstacle = obstacle };
  g_autoptr (GError) why = NULL;

  if (self.brief == NULL)
    return FALSE;
  if (find_origin (&self, &why) && make (&self, feed, &why))
    return TRUE;
  if (*obstacle != NULL)
    return TRUE;
  /* what make refuses is no improvement, whoever makes it */
  if (g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE))
    {
      *obstacle = suture_obstacle_new ("files", why->message);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

int
suture_prepare_main (const char *work)
{
  g_autofree char *feed = suture_place_feed ();
  JsonObject *object = json_object_new ();
  g_autoptr (SutureObstacle) obstacle = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (suture_rights_be_root (&error))
    (void) suture_prepare_run (feed, work, &obstacle, &error);
  json_object_set_string_member (object, "why", obstacle != NULL ? obstacle->why : "");
  json_object_set_string_member (object, "detail", obstacle != NULL ? obstacle->detail : "");
  text = suture_place_write_end (object, error);
  puts (text);
  return EXIT_SUCCESS;
}

gboolean
suture_prepare_spawn (const char *work, SutureObstacle **obstacle, GError **error)
{
  g_autoptr (JsonNode) node = suture_place_run (SUTURE_PREPARE_WORD, work, error);
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;
  const char *why = object != NULL ? json_object_get_string_member_with_default (object, "why", "") : "";

  if (*why != '\0')
    *obstacle = suture_obstacle_new (g_intern_string (why), json_object_get_string_member_with_default (object, "detail", ""));
  return node != NULL;
}
