import type { Box } from '#core/domain/inspection-area.ts';

const box = (x: number, y: number, width: number, height: number): Box => ({ x, y, width, height });

/** Boxes around defects of real pictures, drawn by eye as a person draws them on entering a find; by path within the set. */
export const drawnBoxes: Readonly<Record<string, readonly Box[]>> = {
  'blowhole/exp1_num_108719.jpg': [box(0.48, 0.56, 0.06, 0.09)],
  'blowhole/exp1_num_317483.jpg': [box(0.43, 0.8, 0.09, 0.07)],
  'blowhole/exp1_num_4727.jpg': [box(0.38, 0.44, 0.12, 0.06), box(0.18, 0.89, 0.16, 0.08)],
  'blowhole/exp2_num_322630.jpg': [box(0.9, 0.73, 0.07, 0.09)],
  'blowhole/exp2_num_51697.jpg': [box(0.29, 0.1, 0.12, 0.05)],
  'break/exp1_num_116934.jpg': [box(0, 0.2, 0.06, 0.6)],
  'break/exp1_num_320649.jpg': [box(0.33, 0.03, 0.2, 0.24)],
  'break/exp2_num_194202.jpg': [box(0.75, 0.85, 0.25, 0.15), box(0.19, 0, 0.07, 0.07)],
  'break/exp3_num_148977.jpg': [box(0.13, 0.86, 0.21, 0.11)],
  'break/exp3_num_304317.jpg': [box(0.64, 0.18, 0.22, 0.37)],
  'crack/exp1_num_249594.jpg': [box(0.42, 0, 0.08, 1)],
  'crack/exp1_num_85781.jpg': [box(0.52, 0.63, 0.04, 0.37)],
  'crack/exp2_num_339841.jpg': [box(0.15, 0.02, 0.04, 0.13)],
  'crack/exp3_num_32171.jpg': [box(0, 0.85, 0.34, 0.15)],
  'crack/exp6_num_265737.jpg': [box(0.34, 0, 0.08, 0.06), box(0.69, 0.92, 0.05, 0.08)],
  'fray/exp0_num_797.jpg': [box(0.39, 0.55, 0.18, 0.28)],
  'fray/exp2_num_135572.jpg': [box(0.08, 0.9, 0.13, 0.1)],
  'fray/exp3_num_20409.jpg': [box(0.27, 0.02, 0.42, 0.93)],
  'fray/exp4_num_136676.jpg': [box(0.33, 0.08, 0.34, 0.7)],
  'fray/exp1_num_77531.jpg': [box(0.04, 0.15, 0.12, 0.82)],
  'uneven/exp0_num_461.jpg': [box(0, 0, 0.45, 0.27)],
  'uneven/exp1_num_186826.jpg': [box(0.15, 0.33, 0.7, 0.65)],
  'uneven/exp1_num_33365.jpg': [box(0.3, 0.1, 0.7, 0.25)],
  'uneven/exp2_num_139820.jpg': [box(0.15, 0.62, 0.5, 0.38)],
  'uneven/exp2_num_28359.jpg': [box(0.73, 0.02, 0.27, 0.25)],
  'pitting/01_200905161132_277500_315_crop_2.jpg': [box(0.6, 0.62, 0.35, 0.26)],
  'pitting/01_200905201814_560000_000_crop_2.jpg': [box(0.02, 0.03, 0.3, 0.29)],
};
