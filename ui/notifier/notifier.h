/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "notifier/helper-watch.h"

/* Decides what is said: once that improvements are installed automatically, and what was undone by itself, each once. */

G_BEGIN_DECLS

typedef struct _SutureNotifier SutureNotifier;

/* Begins at once. @session: where notifications are shown. @system: where the helper is. */
SutureNotifier *suture_notifier_new (GDBusConnection *session, GDBusConnection *system) G_GNUC_WARN_UNUSED_RESULT;
void suture_notifier_free (SutureNotifier *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureNotifier, suture_notifier_free)

G_END_DECLS
