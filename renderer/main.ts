import { mount } from 'svelte';
import App from './App.svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';

const target = document.getElementById('app');
target?.replaceChildren();
if (target) mount(App, { target });
