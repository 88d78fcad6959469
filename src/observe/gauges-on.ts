import { Gauge, type Registry } from 'prom-client';

/** Registers gauges without labels whose value is read when somebody asks. */
export function gaugesOn(registry: Registry): (name: string, help: string, read: () => number) => void {
  const registers = [registry];
  return (name, help, read) =>
    void new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
}
