/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/obstacle.h"

SutureObstacle *
suture_obstacle_new (const char *why, const char *detail)
{
  SutureObstacle *self = g_new0 (SutureObstacle, 1);

  self->why = why;
  self->detail = g_strdup (detail);
  return self;
}

void
suture_obstacle_free (SutureObstacle *self)
{
  if (self == NULL)
    return;
  g_free (self->detail);
  g_free (self);
}
