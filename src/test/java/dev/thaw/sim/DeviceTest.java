package dev.thaw.sim;

import dev.thaw.sim.Simulator.Setting;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests of the simulated driver and libraries, each with a stream and a module of its own. */
@OnSimulator
abstract class DeviceTest {
    Simulator simulator;
    SimulatedDevice device;

    @BeforeEach
    void openDevice() {
        simulator = Simulator.require();
        device = new SimulatedDevice(simulator);
        simulator.clear();
        simulator.resetCounters();
        simulator.set(Setting.QUIET, 1);
    }

    @AfterEach
    void closeDevice() {
        simulator.clear();
        device.close();
    }
}
