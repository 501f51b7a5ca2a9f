/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/policy.h"

static const SuturePolicy rows[] = {
  { "Check", "org.suture.check", NULL, FALSE },
  { "Install", "org.suture.install", NULL, FALSE },
  { "Remove", "org.suture.remove", NULL, FALSE },
  { "Cancel", "org.suture.cancel", NULL, TRUE },
  { "SetAutomatic", "org.suture.enable-automatic", "org.suture.disable-automatic", FALSE },
  { "SetPause", "org.suture.enable-automatic", "org.suture.disable-automatic", FALSE },
  { "SetDelay", "org.suture.enable-automatic", "org.suture.disable-automatic", FALSE },
  { "SetMetered", "org.suture.enable-automatic", "org.suture.disable-automatic", FALSE },
  { "Announce", "org.suture.check", NULL, FALSE },
  { "SetLocalFeed", "org.suture.local-feed", NULL, FALSE },
  { "SignIn", "org.suture.sign-in", NULL, FALSE },
  { "SignOut", "org.suture.sign-in", NULL, FALSE },
  /* takes nothing, carries out what was stored by somebody who was allowed to, and is limited in rate */
  { "RunAutomatic", NULL, NULL, FALSE },
  /* what changed on this computer is no secret on it; who did it is (bus/manager.c leaves that out) */
  { "GetHistory", NULL, NULL, FALSE },
};

const SuturePolicy *
suture_policy_find (const char *method)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].method, method) == 0)
      return &rows[i];
  return NULL;
}

const SuturePolicy *
suture_policy_list (gsize *length)
{
  *length = G_N_ELEMENTS (rows);
  return rows;
}
