/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/plan.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/name.h"
#include "engine/admin-policy.h"

/* The manifest's own digest covers files, effects and payloads. No part can hold the separator. */
static char *
digest_of (const SuturePlan *self)
{
  g_autofree char *text = NULL;

  text = g_strdup_printf ("suture plan 1\n%s\n%s\n%s\n%s\n%s\n%s\n%d\n",
                          self->kind == SUTURE_PLAN_INSTALL ? "install" : "remove", self->improvement, self->component,
                          self->feed, self->known != NULL ? self->known->sha256 : "",
                          self->known != NULL && self->known->target != NULL ? self->known->target : "", self->base);
  return suture_digest_data (text, strlen (text));
}

gboolean
suture_plan_is_removal (const char *digest, const char *improvement, const char *component, const char *feed)
{
  const SuturePlan plan = { .kind = SUTURE_PLAN_REMOVE, .improvement = (char *) improvement, .component = (char *) component,
                            .feed = (char *) feed, .base = -1 };
  g_autofree char *expected = digest_of (&plan);

  return g_str_equal (digest, expected);
}

static gboolean
is_possible (const SutureImprovement *improvement, SuturePlanKind kind)
{
  static const char *const installable[] = { "available", "inactive", NULL };
  static const char *const removable[] = { "active", "inactive", "overtaken", NULL };

  if (kind == SUTURE_PLAN_REMOVE)
    return g_strv_contains (removable, improvement->state);
  return g_strv_contains (installable, improvement->state) && improvement->known != NULL
         && improvement->known->target != NULL && improvement->base >= 0;
}

SuturePlan *
suture_plan_new (const SutureFacts *facts, SuturePlanKind kind, const char *id, GError **error)
{
  const SutureImprovement *improvement = suture_facts_find (facts, id);
  SuturePlan *self;

  if (improvement == NULL || !is_possible (improvement, kind))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no such improvement to %s",
                   kind == SUTURE_PLAN_INSTALL ? "install" : "remove");
      return NULL;
    }
  self = g_new0 (SuturePlan, 1);
  g_atomic_ref_count_init (&self->count);
  self->kind = kind;
  self->improvement = g_strdup (improvement->id);
  self->component = g_strdup (improvement->component);
  self->title = g_strdup (improvement->title);
  self->letter = g_strdup (improvement->letter);
  self->feed = g_strdup (improvement->feed);
  self->base = -1;
  if (kind == SUTURE_PLAN_INSTALL)
    {
      self->known = suture_known_ref (improvement->known);
      self->base = improvement->base;
    }
  self->digest = digest_of (self);
  return self;
}

gboolean
suture_plan_is_permitted (const SuturePlan *self, GError **error)
{
  g_autoptr (SutureAdminPolicy) policy = suture_admin_policy_get ();

  if (self->kind == SUTURE_PLAN_REMOVE)
    return suture_admin_policy_permits (policy, SUTURE_ADMIN_REMOVAL, error);
  return suture_admin_policy_permits_improvement (policy, self->improvement, self->component, error);
}

SuturePlan *
suture_plan_new_of_known (SutureKnown *known, int base)
{
  static const char *const english[] = { "en", NULL };
  const SutureManifest *manifest = known->manifest;
  SuturePlan *self = g_new0 (SuturePlan, 1);

  g_atomic_ref_count_init (&self->count);
  self->kind = SUTURE_PLAN_INSTALL;
  self->improvement = g_strdup (manifest->id);
  self->component = g_strdup (manifest->component);
  self->title = g_strdup (suture_manifest_text (manifest->title, english));
  self->letter = suture_name_letter (manifest->number);
  self->feed = g_strdup (known->feed);
  self->known = suture_known_ref (known);
  self->base = base;
  self->digest = digest_of (self);
  return self;
}

SuturePlan *
suture_plan_ref (SuturePlan *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
suture_plan_unref (SuturePlan *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  g_free (self->improvement);
  g_free (self->component);
  g_free (self->title);
  g_free (self->letter);
  g_free (self->feed);
  suture_known_unref (self->known);
  g_free (self->digest);
  g_free (self);
}
