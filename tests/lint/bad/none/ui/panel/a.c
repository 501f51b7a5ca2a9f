/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/client.h"

const char *
f (void)
{
  return _("Install");
}
