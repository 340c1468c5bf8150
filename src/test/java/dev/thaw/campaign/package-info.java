/**
 * The attack that the library must stand: files that are damaged or made with malice, models of
 * random options, windows far out, threads, processes that are killed, disks that are full. Each
 * {@link dev.thaw.campaign.Attack} runs case after case in a JVM of its own, a {@link
 * dev.thaw.campaign.Worker}, which a {@link dev.thaw.campaign.Campaign} watches, so that deaths and
 * hangs are seen; what fails is made small and told with its seed.
 */
package dev.thaw.campaign;
