/** Layers that make one output of several inputs. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.merging;

import org.apiguardian.api.API;
