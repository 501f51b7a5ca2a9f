/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The one table that says which polkit action each method of org.suture.Helper1 needs. A method without a row is refused,
 * and tests/unit/test-policy.c fails for one. */

G_BEGIN_DECLS

typedef struct
{
  const char *method;
  const char *action;     /* NULL: open to everyone */
  const char *off_action; /* where the call leaves this computer less protected than it is; NULL: the same action */
  gboolean own_is_open;   /* the user who began the operation needs no action */
} SuturePolicy;

/* The row of @method; NULL when there is none, which means: refuse. Static. */
const SuturePolicy *suture_policy_find (const char *method);

/* All rows, for the test. */
const SuturePolicy *suture_policy_list (gsize *length);

G_END_DECLS
