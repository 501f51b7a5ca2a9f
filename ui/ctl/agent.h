/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* polkit's own agent for terminals, asked for passwords where no desktop does it. NULL when there is no terminal or no
 * such program: polkit then decides without asking. It has registered itself on return, and ends with stop (). */
GSubprocess *suture_agent_start (void) G_GNUC_WARN_UNUSED_RESULT;

/* Takes @agent, which may be NULL; returns when it has ended and given the terminal back. */
void suture_agent_stop (GSubprocess *agent);

G_END_DECLS
