import type { Component } from 'svelte';
import type { CameraView } from '#core/contract/views.ts';
import CameraOverview from './CameraOverview.svelte';
import CameraWatching from './CameraWatching.svelte';
import NamesTab from './names/NamesTab.svelte';
import CameraDrift from './CameraDrift.svelte';
import CameraQuality from './CameraQuality.svelte';
import CameraRegion from './region/CameraRegion.svelte';

/** What each tab of a camera's page is given. */
export interface CameraTabProps {
  readonly camera: CameraView;
}

/** Tabs of a camera's page in their order, by the name in the address; titles are `cameratab.<name>`. */
export const cameraTabs = {
  overview: CameraOverview,
  watching: CameraWatching,
  names: NamesTab,
  quality: CameraQuality,
  drift: CameraDrift,
  region: CameraRegion,
} satisfies Readonly<Record<string, Component<CameraTabProps>>>;

export type CameraTab = keyof typeof cameraTabs;

export const cameraTabNames = Object.keys(cameraTabs) as readonly CameraTab[];
