/** What the single file carries of the Kafka client; loaded by the first Kafka sink. */

export { Producer } from "@platformatic/kafka";
