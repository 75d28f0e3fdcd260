/** Settings of the service (/etc/NAME/monomi.yaml): reading, recognising, and the first file. */
export { defaultSinks, settingsText, withSinks } from "./default.ts";
export { type LoadedSettings, loadSettings } from "./load.ts";
export { type Settings, SETTINGS_FILE } from "./model.ts";
export { isSettings } from "./recognise.ts";
