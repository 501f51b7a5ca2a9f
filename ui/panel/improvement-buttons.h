/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

#include "client/facts.h"
#include "client/improvement.h"

G_BEGIN_DECLS

/* Shows of @install and @remove what can be done with @improvement now, by the actions suture.install and suture.remove
 * of the window. @facts: whose policy may not allow one of them. */
void suture_improvement_buttons_show (GtkWidget *install, GtkWidget *remove, SutureImprovement *improvement, const SutureFacts *facts);

G_END_DECLS
