/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/choice.h"
#include "engine/hours.h"

/* The administrator's policy: /etc/suture/policy.conf and behind it the .conf files of policy.conf.d, key files of GLib with one group, [Policy];
 * of several values of a key the last counts. suture-policy.conf(5) describes the keys. Files have to be root's and nobody else's to
 * write. One that can't be used forbids whatever it could: nobody can tell what it meant to. A value: never changed once it is there. */

G_BEGIN_DECLS

/* What it can decide, by the names of the contract's Managed. */
typedef enum
{
  SUTURE_ADMIN_AUTOMATIC,
  SUTURE_ADMIN_REMOVAL,
  SUTURE_ADMIN_PAUSE,
  SUTURE_ADMIN_DELAY,
  SUTURE_ADMIN_METERED,
  SUTURE_ADMIN_HOURS,
  SUTURE_ADMIN_HOLD,
  SUTURE_ADMIN_APPROVED,
  SUTURE_ADMIN_FEEDS,
} SutureAdminWhat;

#define SUTURE_N_ADMIN (SUTURE_ADMIN_FEEDS + 1)

/* "Automatic=" and the others: not set. */
#define SUTURE_ADMIN_UNSET (-1)

typedef struct
{
  gatomicrefcount count;
  GError *fault;       /* SUTURE_ERROR_CONFIGURATION with file and line: all else is unset; NULL: it can be used (owned) */
  int automatic, removal, pause, delay_exploited, metered; /* TRUE, FALSE or SUTURE_ADMIN_UNSET */
  int delay_days;      /* or SUTURE_ADMIN_UNSET */
  SutureHours *hours;  /* NULL: any (owned) */
  char **feeds;        /* names; NULL: all (owned) */
  char **hold;         /* ids or components, "openssl*" for all that begin so; NULL: none (owned) */
  char **approved;     /* the same; NULL: all (owned) */
  char *reason;        /* clean text; "" (owned) */
} SutureAdminPolicy;

/* What the files say now; they are read again when one of them is another. Never NULL. Any thread. */
SutureAdminPolicy *suture_admin_policy_get (void) G_GNUC_WARN_UNUSED_RESULT;
/* The same, always read. */
SutureAdminPolicy *suture_admin_policy_load (void) G_GNUC_WARN_UNUSED_RESULT;
SutureAdminPolicy *suture_admin_policy_ref (SutureAdminPolicy *self);
void suture_admin_policy_unref (SutureAdminPolicy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureAdminPolicy, suture_admin_policy_unref)

/* The name of @what in the contract; static. */
const char *suture_admin_policy_name (SutureAdminWhat what);

/* Whether the policy decides @what, so that a person can't: not where it only says what can be done anyway (Removal=yes). Not asked of
 * one with a fault. */
gboolean suture_admin_policy_decides (const SutureAdminPolicy *self, SutureAdminWhat what);

/* Whether a person may change what @what is about. SUTURE_ERROR_MANAGED, which ends with the reason. */
gboolean suture_admin_policy_permits (const SutureAdminPolicy *self, SutureAdminWhat what, GError **error);

/* Whether the improvement may be installed at all: SUTURE_ERROR_MANAGED where it is held or not approved, or nobody can tell. */
gboolean suture_admin_policy_permits_improvement (
    const SutureAdminPolicy *self, const char *id, const char *component, GError **error);

/* Whether the feed @name may be used. All may where the policy has a fault: it forbids installing then. */
gboolean suture_admin_policy_permits_feed (const SutureAdminPolicy *self, const char *name);

/* Whether a person may turn on the feed @name. SUTURE_ERROR_MANAGED where it may not be used, or nobody can tell. */
gboolean suture_admin_policy_permits_turning_on (const SutureAdminPolicy *self, const char *name, GError **error);

/* Changes @choice, what a person has chosen, to what holds. */
void suture_admin_policy_apply (const SutureAdminPolicy *self, SutureChoice *choice);

G_END_DECLS
