import './style/tokens.css';
import './style/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { followLinks } from './lib/place.svelte';
import { watch } from './lib/updates.svelte';
import { find } from './router';

followLinks((path) => find(path) !== undefined);
mount(App, { target: document.getElementById('app')! });
watch();
