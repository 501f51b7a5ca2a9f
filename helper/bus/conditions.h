/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/engine.h"

/* The one place that asks NetworkManager whether the network is metered, and UPower whether the battery is low. Starts neither; follows
 * both while the helper is there. One that is not there, or does not answer, says nothing. */

G_BEGIN_DECLS

typedef struct _SutureConditionsWatch SutureConditionsWatch;

/* Tells @engine what is so, from the first answers on; until then, and at most a few seconds, its automatic runs wait. */
SutureConditionsWatch *suture_conditions_watch_new (GDBusConnection *connection, SutureEngine *engine) G_GNUC_WARN_UNUSED_RESULT;
void suture_conditions_watch_free (SutureConditionsWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureConditionsWatch, suture_conditions_watch_free)

/* What NetworkManager's NMMetered @value means: yes (1) and a guessed yes (3) are metered. */
gboolean suture_conditions_is_metered (guint value);

/* What UPower says of the computer's battery as a whole: per cent where it is low and no charger is at work, else -1.
 * @state: its UpDeviceState; 1 charging, 4 fully charged, 5 waits to be charged. */
int suture_conditions_get_low_battery (gboolean on_battery, gboolean present, guint state, double percentage);

G_END_DECLS
