import { mount } from 'svelte';
import StartApp from './first/StartApp.svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';

const target = document.getElementById('app');
if (target) mount(StartApp, { target });
