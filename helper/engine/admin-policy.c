/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: what the administrator's policy means. Not for: reading its files (admin-policy-read.c). */
#include "engine/admin-policy-private.h"

#include "base/error.h"
#include "base/name.h"

static const char *const names[] = {
  [SUTURE_ADMIN_AUTOMATIC] = "automatic",
  [SUTURE_ADMIN_REMOVAL] = "removal",
  [SUTURE_ADMIN_PAUSE] = "pause",
  [SUTURE_ADMIN_DELAY] = "delay",
  [SUTURE_ADMIN_METERED] = "metered",
  [SUTURE_ADMIN_HOURS] = "hours",
  [SUTURE_ADMIN_HOLD] = "hold",
  [SUTURE_ADMIN_APPROVED] = "approved",
  [SUTURE_ADMIN_FEEDS] = "feeds",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == SUTURE_N_ADMIN);

void
suture_admin_policy_clear (SutureAdminPolicy *self)
{
  g_clear_pointer (&self->hours, suture_hours_free);
  g_clear_pointer (&self->feeds, g_strfreev);
  g_clear_pointer (&self->hold, g_strfreev);
  g_clear_pointer (&self->approved, g_strfreev);
  g_free (self->reason);
  self->reason = g_strdup ("");
  self->automatic = self->removal = self->pause = self->delay_exploited = self->metered = SUTURE_ADMIN_UNSET;
  self->delay_days = SUTURE_ADMIN_UNSET;
}

SutureAdminPolicy *
suture_admin_policy_new (void)
{
  SutureAdminPolicy *self = g_new0 (SutureAdminPolicy, 1);

  g_atomic_ref_count_init (&self->count);
  suture_admin_policy_clear (self);
  return self;
}

SutureAdminPolicy *
suture_admin_policy_ref (SutureAdminPolicy *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
suture_admin_policy_unref (SutureAdminPolicy *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  suture_admin_policy_clear (self);
  g_free (self->reason);
  g_clear_error (&self->fault);
  g_free (self);
}

const char *
suture_admin_policy_name (SutureAdminWhat what)
{
  return names[what];
}

gboolean
suture_admin_policy_decides (const SutureAdminPolicy *self, SutureAdminWhat what)
{
  switch (what)
    {
    case SUTURE_ADMIN_AUTOMATIC:
      return self->automatic != SUTURE_ADMIN_UNSET;
    case SUTURE_ADMIN_REMOVAL:
      return self->removal == FALSE;
    case SUTURE_ADMIN_PAUSE:
      return self->pause == FALSE;
    case SUTURE_ADMIN_DELAY:
      return self->delay_days != SUTURE_ADMIN_UNSET || self->delay_exploited != SUTURE_ADMIN_UNSET;
    case SUTURE_ADMIN_METERED:
      return self->metered != SUTURE_ADMIN_UNSET;
    case SUTURE_ADMIN_HOURS:
      return self->hours != NULL;
    case SUTURE_ADMIN_HOLD:
      return self->hold != NULL && self->hold[0] != NULL;
    case SUTURE_ADMIN_APPROVED:
      return self->approved != NULL;
    case SUTURE_ADMIN_FEEDS:
      return self->feeds != NULL;
    }
  return TRUE;
}

/* @what: a sentence about what is not possible, without its end. */
static gboolean
refuse (const SutureAdminPolicy *self, const char *what, GError **error)
{
  if (self->fault != NULL)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MANAGED, "nothing was changed: %s until the policy is mended: %s", what,
                 self->fault->message);
  else if (*self->reason != '\0')
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MANAGED, "nothing was changed: %s by the policy of this computer: %s", what,
                 self->reason);
  else
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MANAGED, "nothing was changed: %s by the policy of this computer", what);
  return FALSE;
}

gboolean
suture_admin_policy_permits (const SutureAdminPolicy *self, SutureAdminWhat what, GError **error)
{
  if (self->fault == NULL && !suture_admin_policy_decides (self, what))
    return TRUE;
  return refuse (self, what == SUTURE_ADMIN_REMOVAL ? "removing is not allowed" : "this can not be chosen", error);
}

static gboolean
names_one (char **patterns, const char *id, const char *component)
{
  for (char **pattern = patterns; pattern != NULL && *pattern != NULL; pattern++)
    {
      gsize length = strlen (*pattern);
      gboolean open = length > 0 && (*pattern)[length - 1] == '*';

      if (open ? strncmp (*pattern, id, length - 1) == 0 || strncmp (*pattern, component, length - 1) == 0
               : g_str_equal (*pattern, id) || g_str_equal (*pattern, component))
        return TRUE;
    }
  return FALSE;
}

gboolean
suture_admin_policy_permits_improvement (
    const SutureAdminPolicy *self, const char *id, const char *component, GError **error)
{
  if (self->fault != NULL)
    return refuse (self, "nothing is installed", error);
  if (names_one (self->hold, id, component))
    return refuse (self, "it is held", error);
  if (self->approved != NULL && !names_one (self->approved, id, component))
    return refuse (self, "it is not approved", error);
  return TRUE;
}

gboolean
suture_admin_policy_permits_feed (const SutureAdminPolicy *self, const char *name)
{
  return self->feeds == NULL || g_strv_contains ((const char *const *) self->feeds, name);
}

gboolean
suture_admin_policy_permits_turning_on (const SutureAdminPolicy *self, const char *name, GError **error)
{
  if (self->fault == NULL && suture_admin_policy_permits_feed (self, name))
    return TRUE;
  return refuse (self, "this source is not used", error);
}

void
suture_admin_policy_apply (const SutureAdminPolicy *self, SutureChoice *choice)
{
  if (self->automatic != SUTURE_ADMIN_UNSET)
    choice->automatic = self->automatic;
  if (self->pause == FALSE)
    choice->paused_until = 0;
  if (self->delay_days != SUTURE_ADMIN_UNSET)
    choice->delay_days = (guint) self->delay_days;
  if (self->delay_exploited != SUTURE_ADMIN_UNSET)
    choice->delay_exploited = self->delay_exploited;
  if (self->metered != SUTURE_ADMIN_UNSET)
    choice->use_metered = self->metered;
}
