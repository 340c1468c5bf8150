/** The main job and the tutorials. */
@API(status = API.Status.INTERNAL)
package dev.thaw.demo;

import org.apiguardian.api.API;
