/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What this is. */

G_BEGIN_DECLS

typedef struct _SutureA SutureA;
SutureA *suture_a_new (void);

/* Twice @a. */
int suture_a_twice (int a);

G_END_DECLS
